/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crypto ca authenticate (asa.md 1.6): paste the CA certificate, see its
 * fingerprints, accept it. A trustpoint holds exactly one. What is no CA's
 * certificate is accepted too: an IM&P node's own, to be pinned.
 */
#include "config.h"

#include "control/crypto_common.h"

#include "base/mem.h"

#include <string.h>
#include <strings.h>

struct authentication {
	struct dialogue d;
	char *name;
	char *fingerprint; /* expected; hex digits alone, or NULL */
	X509 *cert;
	bool replaces;
};

static void
authentication_free(struct dialogue *d)
{
	struct authentication *a = (struct authentication *)d;

	mem_free(a->name);
	mem_free(a->fingerprint);
	X509_free(a->cert);
	mem_free(a);
}

static bool
does_replace(const struct dialogue *d)
{
	return ((const struct authentication *)d)->replaces;
}

static bool
no_fingerprint(const struct dialogue *d)
{
	return ((const struct authentication *)d)->fingerprint == NULL;
}

static enum step_next
say_replace(struct dialogue *d)
{
	buf_printf(dialogue_out(d), "WARNING: Trustpoint '%s' already has a "
	    "CA certificate; a new one replaces it.\n",
	    ((struct authentication *)d)->name);
	return STEP_NEXT;
}

static enum step_next
say_paste(struct dialogue *d)
{
	if (d->mode == DIALOGUE_ASKING)
		buf_puts(dialogue_out(d),
		    "Enter the base 64 encoded CA certificate.\n"
		    "End with the word \"quit\" on a line by itself\n");
	return STEP_NEXT;
}

/* Without blanks: what a fingerprint is compared by. */
static bool
fingerprint_is(X509 *cert, const EVP_MD *md, const char *expected)
{
	char text[EVP_MAX_MD_SIZE * 3], bare[EVP_MAX_MD_SIZE * 2 + 1];
	size_t i, n = 0;

	if (pki_fingerprint(text, sizeof(text), cert, md) != ERR_OK)
		return false;
	for (i = 0; text[i] != '\0' && n < sizeof(bare) - 1; i++)
		if (text[i] != ' ')
			bare[n++] = text[i];
	bare[n] = '\0';
	return strcasecmp(bare, expected) == 0;
}

static bool
fingerprint_matches(X509 *cert, const char *expected)
{
	return fingerprint_is(cert, EVP_sha256(), expected) ||
	    fingerprint_is(cert, EVP_sha1(), expected) ||
	    fingerprint_is(cert, EVP_md5(), expected);
}

static void
say_attributes(struct dialogue *d, X509 *cert)
{
	char md5[80] = "(not available)", sha256[96] = "(not available)";

	if (pki_fingerprint(md5, sizeof(md5), cert, EVP_md5()) ||
	    pki_fingerprint(sha256, sizeof(sha256), cert, EVP_sha256()))
		conf_session_error(d->s, "A fingerprint cannot be computed");
	buf_printf(dialogue_out(d),
	    "\nINFO: Certificate has the following attributes:\n"
	    "Fingerprint:     %s\nSHA-256:         %s\n", md5, sha256);
}

static void
say_doubts(struct dialogue *d, const struct conf_trustpoint *tp, X509 *cert)
{
	if (!pki_cert_is_ca(cert)) {
		if (tp->ca_check)
			buf_printf(dialogue_out(d),
			    "WARNING: This is not a CA certificate. It can "
			    "only be trusted as the peer's own\ncertificate, "
			    "and that needs 'no ca-check' in trustpoint %s.\n",
			    tp->name);
	} else if (!pki_cert_is_self_signed(cert)) {
		buf_puts(dialogue_out(d), "WARNING: CA certificate is not self "
		    "signed. It is a subordinate CA's; the root may\nbelong "
		    "into a trustpoint of its own.\n");
	}
	buf_puts(dialogue_out(d), "\n");
}

static enum step_next
take_cert(struct dialogue *d, struct str text)
{
	struct authentication *a = (struct authentication *)d;
	const struct conf_trustpoint *tp = crypto_trustpoint(d->s, a->name);
	enum err err;

	if (tp == NULL)
		return STEP_STOP;
	err = pki_cert_read(&a->cert, text);
	if (err) {
		conf_session_error(d->s, "The certificate cannot be read: %s. "
		    "Nothing was changed", err_text(err));
		return STEP_STOP;
	}
	say_attributes(d, a->cert);
	if (a->fingerprint != NULL &&
	    !fingerprint_matches(a->cert, a->fingerprint)) {
		conf_session_error(d->s, "The fingerprint does not match: the "
		    "certificate was not accepted");
		return STEP_STOP;
	}
	say_doubts(d, tp, a->cert);
	return STEP_NEXT;
}

static enum step_next
take_accept(struct dialogue *d, enum answer answer)
{
	if (answer == ANSWER_YES)
		return STEP_NEXT;
	buf_puts(dialogue_out(d),
	    "INFO: The certificate was not accepted. Nothing was changed.\n");
	return STEP_STOP;
}

static enum step_next
install(struct dialogue *d)
{
	struct authentication *a = (struct authentication *)d;
	struct pki_material m = { 0 };

	if (crypto_material(d->s, a->name, &m) != ERR_OK)
		return STEP_STOP;
	sk_X509_pop_free(m.ca, X509_free);
	m.ca = sk_X509_new_null();
	if (m.ca == NULL || sk_X509_push(m.ca, a->cert) == 0) {
		conf_session_error(d->s, "%s", err_text(ERR_NOMEM));
	} else {
		a->cert = NULL; /* the material's now */
		if (crypto_install(d->s, a->name, &m) == ERR_OK)
			buf_puts(dialogue_out(d),
			    "\nTrustpoint CA certificate accepted.\n\n"
			    "% Certificate successfully imported\n");
	}
	pki_material_fini(&m);
	return STEP_STOP;
}

static const struct step steps[] = {
	{ .when = does_replace, .say = say_replace,
	  .question = "Do you want to replace it? [yes/no]: ",
	  .unasked = ANSWER_YES },
	{ .say = say_paste, .pasted = take_cert },
	{ .when = no_fingerprint, .answered = take_accept,
	  .question = "Do you accept this certificate? [yes/no]: ",
	  .unasked = ANSWER_YES },
	{ .say = install },
};

static enum err
begin(struct authentication *a, const char *name, const char *fingerprint)
{
	struct pki_material m = { 0 };
	enum err err;

	a->name = mem_strdup(name);
	if (fingerprint != NULL)
		a->fingerprint = mem_strdup(fingerprint);
	if (a->name == NULL ||
	    (fingerprint != NULL && a->fingerprint == NULL)) {
		conf_session_error(a->d.s, "%s", err_text(ERR_NOMEM));
		return ERR_NOMEM;
	}
	err = crypto_material(a->d.s, name, &m);
	a->replaces = crypto_ca(&m) != NULL;
	pki_material_fini(&m);
	return err;
}

enum err
crypto_authenticate(struct conf_session *s, const char *name,
    const struct crypto_how *how)
{
	const struct conf_trustpoint *tp = crypto_trustpoint(s, name);
	struct authentication *a;

	if (tp == NULL)
		return ERR_OK;
	if (tp->enrollment == CONF_ENROLL_URL) {
		conf_session_error(s, "SCEP (enrollment url) is not available "
		    "in this version. Type 'enrollment terminal' in trustpoint "
		    "%s, then paste the CA certificate", tp->name);
		return ERR_OK;
	}
	a = mem_new(struct authentication);
	if (a == NULL)
		return ERR_NOMEM;
	a->d = (struct dialogue){ .s = s, .steps = steps,
		.n_steps = countof(steps), .free = authentication_free,
		.mode = how->unattended ? DIALOGUE_UNATTENDED
					: DIALOGUE_ASKING };
	if (begin(a, name, how->fingerprint) == ERR_OK)
		dialogue_run(&a->d);
	else
		authentication_free(&a->d);
	return ERR_OK;
}
