/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of crypto ca authenticate, enroll, import and export: words to a
   dialogue. What a trustpoint loses is in chain.c. */
#include "config.h"

#include "control/crypto_common.h"


#include <ctype.h>
#include <openssl/evp.h>
#include <string.h>

enum { FINGERPRINT_MOST = 2 * EVP_MAX_MD_SIZE };

static bool
ends_unattended(const struct conf_args *a)
{
	return strcasecmp(a->word[a->n - 1], "nointeractive") == 0;
}

/*
 * The words after "fingerprint" as digits alone: groups, colons or one word,
 * as other programs print them. False: not MD5, SHA-1 or SHA-256.
 */
static bool
read_fingerprint(char *dst, const struct conf_args *a)
{
	size_t i, n = 0, words = a->n - (ends_unattended(a) ? 1 : 0);

	for (i = 1; i < words; i++) { /* word 0 is the trustpoint */
		const char *p = a->word[i];

		for (; p != NULL && *p != '\0'; p++) {
			if (*p == ':' || *p == ' ' || *p == '-')
				continue;
			if (!isxdigit((unsigned char)*p) ||
			    n >= FINGERPRINT_MOST)
				return false;
			dst[n++] = *p;
		}
	}
	dst[n] = '\0';
	return n == 32 || n == 40 || n == 64;
}

static enum err
run_authenticate(struct conf_session *s, const struct conf_args *a)
{
	struct crypto_how how = {
		.unattended = conf_arg_word(a, "nointeractive") };

	return crypto_authenticate(s, conf_arg(a, "name"), &how);
}

static enum err
run_authenticate_fingerprint(struct conf_session *s, const struct conf_args *a)
{
	char digits[FINGERPRINT_MOST + 1];
	struct crypto_how how = {
		.unattended = ends_unattended(a), .fingerprint = digits };

	if (!read_fingerprint(digits, a)) {
		conf_session_error(s, "A fingerprint is 32 (MD5), 40 (SHA-1) "
		    "or 64 (SHA-256) hex digits; blanks and colons between "
		    "them do not matter");
		return ERR_OK;
	}
	return crypto_authenticate(s, conf_arg(a, "name"), &how);
}

static enum err
run_enroll(struct conf_session *s, const struct conf_args *a)
{
	struct crypto_how how = {
		.unattended = conf_arg_word(a, "noconfirm") };

	return crypto_enroll(s, conf_arg(a, "name"), &how);
}

static enum err
run_import_certificate(struct conf_session *s, const struct conf_args *a)
{
	struct crypto_how how = {
		.unattended = conf_arg_word(a, "nointeractive") };

	return crypto_import_certificate(s, conf_arg(a, "name"), &how);
}

static enum err
run_import_p12(struct conf_session *s, const struct conf_args *a)
{
	struct crypto_how how = {
		.unattended = conf_arg_word(a, "nointeractive"),
		.passphrase = conf_arg(a, "passphrase") };

	return crypto_import_p12(s, conf_arg(a, "name"), &how);
}

static enum err
run_export_identity(struct conf_session *s, const struct conf_args *a)
{
	return crypto_export_pem(
	    s, conf_arg(a, "name"), CRYPTO_EXPORT_IDENTITY);
}

static enum err
run_export_ca(struct conf_session *s, const struct conf_args *a)
{
	return crypto_export_pem(s, conf_arg(a, "name"), CRYPTO_EXPORT_CA);
}

static enum err
run_export_p12(struct conf_session *s, const struct conf_args *a)
{
	struct crypto_how how = { .passphrase = conf_arg(a, "passphrase") };

	return crypto_export_p12(s, conf_arg(a, "name"), &how);
}

static const struct conf_cmd rows[] = {
	{
		.syntax = "crypto ca authenticate <name> [nointeractive]",
		.summary = "Install the CA certificate of a trustpoint",
		.doc = "Paste it, end with `quit`, compare the fingerprint, "
		       "accept. A trustpoint holds one; another replaces it "
		       "after a question. A certificate that is no CA's can "
		       "be pinned: set `no ca-check`.",
		.flags = CONF_ACTION | CONF_ANYWHERE,
		.run = run_authenticate,
	},
	{
		.syntax = "crypto ca authenticate <name> fingerprint <hex>...",
		.summary = "Install it if its fingerprint is this one",
		.doc = "MD5, SHA-1 or SHA-256, in groups, with colons or in "
		       "one word. Nothing is asked about the certificate; "
		       "another fingerprint aborts. `nointeractive` may "
		       "follow.",
		.flags = CONF_ACTION | CONF_ANYWHERE,
		.run = run_authenticate_fingerprint,
	},
	{
		.syntax = "crypto ca enroll <name> [noconfirm]",
		.summary = "Make the trustpoint's certificate or request",
		.doc = "With `enrollment self` a self-signed certificate, "
		       "with `enrollment terminal` a request (PKCS#10) to "
		       "carry to the CA; `crypto ca import` takes the answer. "
		       "`noconfirm` asks nothing: no serial number, the "
		       "request is displayed once.",
		.flags = CONF_ACTION | CONF_ANYWHERE,
		.run = run_enroll,
	},
	{
		.syntax = "crypto ca import <name> certificate "
			  "[nointeractive]",
		.summary = "Install the certificate that the CA issued",
		.doc = "Paste it and end with `quit`. It must belong to the "
		       "trustpoint's key pair.",
		.flags = CONF_ACTION | CONF_ANYWHERE,
		.run = run_import_certificate,
	},
	{
		.syntax = "crypto ca import <name> pkcs12 <passphrase> "
			  "[nointeractive]",
		.summary = "Install key, certificate and chain",
		.doc = "Paste the base 64 encoded container and end with "
		       "`quit`. The key goes under the trustpoint's `keypair` "
		       "or its name; a trustpoint that does not exist is "
		       "made. The passphrase is not kept.",
		.flags = CONF_ACTION | CONF_ANYWHERE,
		.run = run_import_p12,
	},
	{
		.syntax = "crypto ca export <name> identity-certificate",
		.summary = "Print the trustpoint's own certificate as PEM",
		.doc = "What an IM and Presence node takes as `cup-trust`.",
		.flags = CONF_ACTION | CONF_ANYWHERE,
		.run = run_export_identity,
	},
	{
		.syntax = "crypto ca export <name> ca-certificate",
		.summary = "Print the trustpoint's CA certificate as PEM",
		.doc = "For partners that have to trust the same CA.",
		.flags = CONF_ACTION | CONF_ANYWHERE,
		.run = run_export_ca,
	},
	{
		.syntax = "crypto ca export <name> pkcs12 <passphrase>",
		.summary = "Print key, certificate and chain, encrypted",
		.doc = "A PKCS#12 container under the passphrase, which is "
		       "not kept.",
		.flags = CONF_ACTION | CONF_ANYWHERE,
		.run = run_export_p12,
	},
	{ .syntax = NULL },
};

void
cmd_crypto_ca_register(void)
{
	conf_extend(&conf_mode_global, rows);
}
