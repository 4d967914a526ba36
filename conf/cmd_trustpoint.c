/* SPDX-License-Identifier: BSD-2-Clause */
/* crypto ca trustpoint NAME (asa.md 1.5). */
#include "base/mem.h"
#include "conf/bind.h"
#include "conf/object.h"

#include <stdlib.h>

#define TP conf_trustpoint

static enum err
apply_enroll(struct conf_session *s, void *o, const struct conf_args *a)
{
	static const enum conf_enrollment kinds[] = { CONF_ENROLL_SELF,
		CONF_ENROLL_TERMINAL };
	struct conf_trustpoint *t = o;

	t->enrollment = a->no ? CONF_ENROLL_NONE : kinds[a->chosen[0]];
	return mem_set_string(&t->url, NULL) ? ERR_OK : ERR_NOMEM;
}

static void
write_enroll(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_trustpoint *t = o;

	if (t->enrollment == CONF_ENROLL_SELF)
		buf_puts(out, " enrollment self\n");
	if (t->enrollment == CONF_ENROLL_TERMINAL)
		buf_puts(out, " enrollment terminal\n");
}

static enum err
apply_url(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf_trustpoint *t = o;

	t->enrollment = a->no ? CONF_ENROLL_NONE : CONF_ENROLL_URL;
	return mem_set_string(&t->url, a->no ? NULL : a->word[0])
	    ? ERR_OK : ERR_NOMEM;
}

static void
write_url(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_trustpoint *t = o;

	if (t->enrollment == CONF_ENROLL_URL)
		buf_printf(out, " enrollment url %s\n", t->url);
}

static enum err
apply_keypair(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf_trustpoint *t = o;

	return mem_set_string(&t->keypair, a->no ? NULL : a->word[0])
	    ? ERR_OK : ERR_NOMEM;
}

static void
write_keypair(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_trustpoint *t = o;

	if (t->keypair != NULL)
		buf_printf(out, " keypair %s\n", t->keypair);
}

static enum err
apply_ca_check(struct conf_session *s, void *o, const struct conf_args *a)
{
	((struct conf_trustpoint *)o)->ca_check = !a->no;
	return ERR_OK;
}

static void
write_ca_check(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_trustpoint *t = o;

	if (!t->ca_check)
		buf_puts(out, " no ca-check\n");
	else if (what == CONF_WRITE_ALL)
		buf_puts(out, " ca-check\n");
}

static enum err
apply_accept(struct conf_session *s, void *o, const struct conf_args *a)
{
	((struct conf_trustpoint *)o)->accept_subordinates = !a->no;
	return ERR_OK;
}

static void
write_accept(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_trustpoint *t = o;

	if (!t->accept_subordinates)
		buf_puts(out, " no accept-subordinates\n");
	else if (what == CONF_WRITE_ALL)
		buf_puts(out, " accept-subordinates\n");
}

static const struct conf_cmd rows[] = {
	{ .syntax = "enrollment {self|terminal}",
	  .summary = "How the certificate is obtained",
	  .doc = "self: signed with its own key; terminal: the request is "
		 "shown and the certificate pasted.",
	  .flags = CONF_NO_BARE, .apply = apply_enroll, .write = write_enroll },
	{ .syntax = "enrollment url <url:url>",
	  .summary = "Enrol with a CA by SCEP",
	  .doc = "Kept in the configuration; this version enrols by `self` "
		 "and `terminal` only.",
	  .flags = CONF_NO_BARE, .apply = apply_url, .write = write_url },
	{ .syntax = "enrollment retry count <times:0-100>",
	  .summary = "How often to ask for a pending certificate",
	  .doc = "0 is without end.", .dflt = "0",
	  .bind = AT(BIND_UINT, TP, retry_count) },
	{ .syntax = "enrollment retry period <minutes:1-60>",
	  .summary = "How long to wait between two questions",
	  .doc = "In minutes.", .dflt = "1",
	  .bind = AT(BIND_UINT, TP, retry_period, .dflt = 1) },
	{ .syntax = "fqdn <name:fqdn>",
	  .summary = "The FQDN in the certificate, or none",
	  .doc = "Default: hostname and domain-name.",
	  .bind = AT(BIND_STRING, TP, fqdn) },
	{ .syntax = "subject-name <x500>...",
	  .summary = "The X.500 subject: CN=...,O=...,C=...",
	  .doc = "A value with a comma is quoted: O=\"chuck, Inc.\".",
	  .bind = AT(BIND_WORDS, TP, subject_name) },
	{ .syntax = "keypair <label> [{rsa|ecdsa} [{modulus|elliptic-curve} <bits>]]",
	  .summary = "The key pair of the certificate",
	  .doc = "A label of `crypto key generate`.",
	  .flags = CONF_NO_BARE, .apply = apply_keypair, .write = write_keypair },
	{ .syntax = "ip-address <ip:addr>",
	  .summary = "An IP address for the certificate",
	  .doc = "Goes into the request.",
	  .bind = AT(BIND_STRING, TP, ip_address) },
	{ .syntax = "email <address>",
	  .summary = "An e-mail address for the certificate",
	  .doc = "Goes into the request.", .bind = AT(BIND_STRING, TP, email) },
	{ .syntax = "serial-number",
	  .summary = "Include the device serial number",
	  .doc = "As a serialNumber attribute of the subject.",
	  .bind = AT(BIND_ON, TP, serial_number) },
	{ .syntax = "password <challenge>",
	  .summary = "Revocation challenge for the CA",
	  .doc = "Used by SCEP only.", .bind = AT(BIND_STRING, TP, password) },
	{ .syntax = "client-types <type>...",
	  .summary = "Which callers it may validate: ssl",
	  .doc = "The older word for validation-usage.",
	  .bind = AT(BIND_WORDS, TP, client_types) },
	{ .syntax = "validation-usage <usage>...",
	  .summary = "ipsec-client, ssl-client, ssl-server",
	  .doc = "Kept for ASA configurations; a peer's `validate` decides "
		 "here.", .bind = AT(BIND_WORDS, TP, validation_usage) },
	{ .syntax = "id-usage <usage>...",
	  .summary = "What the identity may be used for",
	  .doc = "Kept for ASA configurations.",
	  .bind = AT(BIND_WORDS, TP, id_usage) },
	{ .syntax = "revocation-check <method>...",
	  .summary = "Ordered list of crl, ocsp, none",
	  .doc = "No CRL or OCSP answer is fetched by this version: a list "
		 "that does not end in none refuses the peer.",
	  .bind = AT(BIND_WORDS, TP, revocation_check) },
	{ .syntax = "ocsp url <url:url>", .summary = "OCSP responder",
	  .doc = "Overrides the certificate's own.",
	  .bind = AT(BIND_STRING, TP, ocsp_url) },
	{ .syntax = "ocsp disable-nonce", .summary = "Ask without a nonce",
	  .doc = "For responders that do not echo one.",
	  .bind = AT(BIND_ON, TP, ocsp_disable_nonce) },
	{ .syntax = "accept-subordinates",
	  .summary = "Accept subordinate CAs that the peer presents",
	  .doc = "On by default.",
	  .apply = apply_accept, .write = write_accept },
	{ .syntax = "ca-check",
	  .summary = "The CA certificate must carry the CA flag",
	  .doc = "`no ca-check` pins: the certificate may be the peer's own.",
	  .apply = apply_ca_check, .write = write_ca_check },
	{ .syntax = "ignore-ssl-keyusage", .summary = "Skip key usage checks",
	  .doc = "Kept for ASA configurations; a peer's `eku` decides here.",
	  .bind = AT(BIND_ON, TP, ignore_ssl_keyusage) },
	{ .syntax = "proxy-ldc-issuer",
	  .summary = "May sign local dynamic certificates",
	  .doc = "Kept for ASA configurations.",
	  .bind = AT(BIND_ON, TP, proxy_ldc_issuer) },
	{ .syntax = NULL },
};

const struct conf_mode conf_mode_trustpoint = {
	.name = "crypto ca trustpoint",
	.prompt = "(config-ca-trustpoint)#",
	.parent = &conf_mode_global,
	.cmds = rows,
};

static const struct conf_cmd chain_rows[] = { { .syntax = NULL } };

const struct conf_mode conf_mode_cert_chain = {
	.name = "crypto ca certificate chain",
	.prompt = "(config-cert-chain)#",
	.parent = &conf_mode_global,
	.cmds = chain_rows,
};
