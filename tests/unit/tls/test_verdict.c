/* SPDX-License-Identifier: BSD-2-Clause */
/* The verdict as a table: one defect a row, and the check that names it. */
#include "tests/unit/tls/make_cert.h"

#include "base/mem.h"

#include <stdarg.h>
#include <setjmp.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

enum anchor { BY_CA, BY_OTHER_CA, BY_NOTHING, BY_LEAF_PIN, BY_LEAF_CA_CHECK,
	BY_NON_CA, BY_MIDDLE, BY_EXPIRED_CA };
enum shape { DIRECT, VIA_MIDDLE, VIA_MISSING, SELF_SIGNED };

#define BOTH "clientAuth,serverAuth"
#define CN_A { "a.com" }

static const struct row {
	const char *what;
	struct make_cert leaf;
	enum shape shape;
	enum anchor anchor;
	struct tls_policy policy;
	enum tls_role role;
	const char *name; /* expected; NULL: none configured */
	enum tls_revocation revocation[4];
	enum tls_check check;
	enum err err;
	const char *says; /* in expected, seen or remedy */
} rows[] = {
#define ROW(...) { __VA_ARGS__ },
#define LEAF(...) .leaf = { .cn = CN_A, __VA_ARGS__ }
#define BAD(c, e, text) .check = TLS_CHECK_##c, .err = ERR_CERT_##e,           \
	.says = text
#define OK_ .check = TLS_CHECK_NONE
	ROW("plain", LEAF(), .name = "a.com", OK_)
	ROW("one intermediate", LEAF(), .shape = VIA_MIDDLE, .name = "a.com",
	    OK_)
	ROW("intermediate as the anchor", LEAF(), .shape = VIA_MISSING,
	    .anchor = BY_MIDDLE, .name = "a.com", OK_)
	ROW("intermediate not sent", LEAF(), .shape = VIA_MISSING,
	    .name = "a.com", BAD(CHAIN, UNTRUSTED, "crypto ca authenticate tp"))
	ROW("unknown CA", LEAF(), .anchor = BY_OTHER_CA, .name = "a.com",
	    BAD(CHAIN, UNTRUSTED, "issuer"))
	ROW("no anchor", LEAF(), .anchor = BY_NOTHING, .name = "a.com",
	    BAD(CHAIN, UNTRUSTED, "validate trust-point"))
	ROW("self-signed stranger", LEAF(), .shape = SELF_SIGNED,
	    .name = "a.com", BAD(CHAIN, UNTRUSTED, "self-signed"))
	ROW("CA as a leaf", LEAF(.ca = true), .name = "a.com",
	    BAD(CHAIN, UNTRUSTED, "CA certificate is used as an end-entity"))
	ROW("pinned CA:TRUE leaf", LEAF(.ca = true), .shape = SELF_SIGNED,
	    .anchor = BY_LEAF_PIN, .name = "a.com", OK_)
	ROW("pin without a name", LEAF(), .shape = SELF_SIGNED,
	    .anchor = BY_LEAF_PIN, OK_)
	ROW("pin with another name", LEAF(), .shape = SELF_SIGNED,
	    .anchor = BY_LEAF_PIN, .name = "b.com", BAD(NAME, NAME, "fqdn a.com"))
	ROW("leaf is an anchor with ca-check", LEAF(), .shape = SELF_SIGNED,
	    .anchor = BY_LEAF_CA_CHECK, .name = "a.com",
	    BAD(CHAIN, UNTRUSTED, "no ca-check"))
	ROW("CA is the leaf and its anchor", LEAF(.ca = true),
	    .shape = SELF_SIGNED, .anchor = BY_LEAF_CA_CHECK, .name = "a.com",
	    BAD(CHAIN, UNTRUSTED, "end-entity"))
	ROW("issued by no CA", LEAF(), .anchor = BY_NON_CA, .name = "a.com",
	    BAD(CHAIN, UNTRUSTED, NULL))
	ROW("expired", LEAF(.from_days = -10, .for_days = 5), .name = "a.com",
	    BAD(DATES, DATES, "expired"))
	ROW("early", LEAF(.from_days = 10, .for_days = 5), .name = "a.com",
	    BAD(DATES, DATES, "clock"))
	ROW("expired pin", LEAF(.from_days = -10, .for_days = 5),
	    .shape = SELF_SIGNED, .anchor = BY_LEAF_PIN,
	    BAD(DATES, DATES, "synchronised"))
	ROW("expired CA", LEAF(), .anchor = BY_EXPIRED_CA, .name = "a.com",
	    BAD(DATES, DATES, "CN=old"))
	ROW("RSA 1024", LEAF(.rsa_bits = 1024), .name = "a.com",
	    BAD(STRENGTH, WEAK, "1024 bits"))
	ROW("RSA 2048", LEAF(.rsa_bits = 2048), .name = "a.com", OK_)
	ROW("SHA-1", LEAF(.digest = "SHA1"), .name = "a.com",
	    BAD(STRENGTH, WEAK, "SHA1"))
	ROW("MD5", LEAF(.digest = "MD5"), .name = "a.com",
	    BAD(STRENGTH, WEAK, "MD5"))
	ROW("legacy takes both", LEAF(.rsa_bits = 1024, .digest = "SHA1"),
	    .policy.legacy = true, .name = "a.com", OK_)
	ROW("SHA-1 of a pin", LEAF(.digest = "SHA1"), .shape = SELF_SIGNED,
	    .anchor = BY_LEAF_PIN, .name = "a.com", OK_)
	ROW("role lacks clientAuth", LEAF(.eku = "serverAuth"), .name = "a.com",
	    BAD(EKU, EKU, "clientAuth"))
	ROW("role has serverAuth", LEAF(.eku = "serverAuth"), .name = "a.com",
	    .role = TLS_PEER_IS_SERVER, OK_)
	ROW("role lacks serverAuth", LEAF(.eku = "clientAuth"), .name = "a.com",
	    .role = TLS_PEER_IS_SERVER, BAD(EKU, EKU, "serverAuth"))
	ROW("both without any", LEAF(), .policy.eku = TLS_EKU_BOTH,
	    .name = "a.com", BAD(EKU, EKU, "missing"))
	ROW("both", LEAF(.eku = BOTH ",emailProtection"),
	    .policy.eku = TLS_EKU_BOTH, .name = "a.com", OK_)
	ROW("exact with more", LEAF(.eku = BOTH ",emailProtection"),
	    .policy.eku = TLS_EKU_EXACT, .name = "a.com",
	    BAD(EKU, EKU, "nothing else"))
	ROW("exact", LEAF(.eku = BOTH), .policy.eku = TLS_EKU_EXACT,
	    .name = "a.com", OK_)
	ROW("any", LEAF(.eku = "emailProtection"), .policy.eku = TLS_EKU_ANY,
	    .name = "a.com", OK_)
	ROW("may only sign certificates", LEAF(.usage = "keyCertSign"),
	    .name = "a.com", BAD(EKU, EKU, "digitalSignature"))
	ROW("another name", LEAF(), .name = "b.com", BAD(NAME, NAME, "b.com"))
	ROW("no name configured", LEAF(), BAD(NAME, NAME, "fqdn"))
	ROW("crl without a crl", LEAF(), .name = "a.com",
	    .revocation = { TLS_REV_CRL, TLS_REV_OCSP },
	    BAD(REVOCATION, REVOKED, "revocation-check crl none"))
	ROW("crl none", LEAF(), .name = "a.com",
	    .revocation = { TLS_REV_CRL, TLS_REV_NONE }, OK_)
};

static const struct make_cert ca_spec = { .cn = { "ca" }, .ca = true,
	.rsa_bits = 2048 }; /* MD5 has no ECDSA name */
static const struct make_cert middle_spec = { .cn = { "mid" }, .ca = true };
static const struct make_cert plain_spec = { .cn = { "plain" } };
static const struct make_cert old_spec = { .cn = { "old" }, .ca = true,
	.from_days = -20, .for_days = 10 };
static struct made ca, other, middle, plain, old;

static int
make_all(void **state)
{
	ca = make_cert(&ca_spec, NULL);
	other = make_cert(&ca_spec, NULL); /* same name, another key */
	middle = make_cert(&middle_spec, &ca);
	plain = make_cert(&plain_spec, NULL);
	old = make_cert(&old_spec, NULL);
	return 0;
}

static int
free_all(void **state)
{
	made_free(&ca);
	made_free(&other);
	made_free(&middle);
	made_free(&plain);
	made_free(&old);
	return 0;
}

static void
run_row(const struct row *r)
{
	const struct made *issuer = &ca, *anchor = &ca;
	struct tls_policy policy = r->policy;
	struct tls_verdict v = { .party = "p" };
	STACK_OF(X509) *sent = sk_X509_new_null();
	struct made leaf;

	if (r->shape == VIA_MIDDLE || r->shape == VIA_MISSING)
		issuer = &middle;
	if (r->shape == SELF_SIGNED)
		issuer = NULL;
	if (r->anchor == BY_NON_CA)
		issuer = anchor = &plain;
	if (r->anchor == BY_EXPIRED_CA)
		issuer = anchor = &old;
	if (r->anchor == BY_MIDDLE)
		anchor = &middle;
	if (r->anchor == BY_OTHER_CA)
		anchor = &other;
	leaf = make_cert(&r->leaf, issuer);
	if (r->anchor == BY_LEAF_PIN || r->anchor == BY_LEAF_CA_CHECK)
		anchor = &leaf;
	if (r->anchor != BY_NOTHING) {
		policy_anchor(&policy, anchor, r->anchor != BY_LEAF_PIN);
		memcpy(policy.anchors[0].revocation, r->revocation,
		    sizeof(r->revocation));
	}
	if (r->name != NULL)
		policy_name(&policy, r->name);
	if (r->shape == VIA_MIDDLE)
		sk_X509_push(sent, middle.cert);
	tls_verdict_judge(&v, &policy, r->role, leaf.cert, sent, time(NULL));
	if (v.check != r->check || v.err != r->err ||
	    v.ok != (r->err == ERR_OK))
		fail_msg("%s: %s: expected %s, seen %s. %s", r->what,
		    tls_check_name(v.check), v.expected, v.seen, v.remedy);
	if (r->says != NULL && strstr(v.expected, r->says) == NULL &&
	    strstr(v.seen, r->says) == NULL &&
	    strstr(v.remedy, r->says) == NULL)
		fail_msg("%s: no word of %s: expected %s, seen %s. %s", r->what,
		    r->says, v.expected, v.seen, v.remedy);
	assert_true(v.ok || v.remedy[0] != '\0');
	assert_string_equal(v.party, "p");
	sk_X509_free(sent);
	tls_policy_fini(&policy);
	made_free(&leaf);
}

static void
test_table(void **state)
{
	size_t i;

	for (i = 0; i < countof(rows); i++)
		run_row(&rows[i]);
}

static void
test_protocol(void **state)
{
	static const struct {
		struct tls_policy policy;
		struct tls_negotiated n;
		bool ok;
	} table[] = {
		{ { .legacy = false }, { TLS1_2_VERSION, "TLSv1.2", "X", true },
		    true },
		{ { .legacy = false }, { TLS1_1_VERSION, "TLSv1.1", "X", true },
		    false },
		{ { .legacy = true }, { TLS1_VERSION, "TLSv1", "X", true },
		    true },
		{ { .min_version = TLS1_3_VERSION },
		    { TLS1_2_VERSION, "TLSv1.2", "X", true }, false },
		{ { .max_version = TLS1_2_VERSION },
		    { TLS1_3_VERSION, "TLSv1.3", "X", true }, false },
		{ { .legacy = false },
		    { TLS1_2_VERSION, "TLSv1.2", "X", false }, false },
		{ { .legacy = false }, { TLS1_3_VERSION, "TLSv1.3", NULL, false },
		    true },
	};
	size_t i;

	for (i = 0; i < countof(table); i++) {
		struct tls_verdict v = { .ok = true, .check = TLS_CHECK_NONE };

		tls_verdict_protocol(&v, &table[i].policy, &table[i].n);
		assert_int_equal(v.ok, table[i].ok);
		assert_int_equal(v.err == ERR_CERT_PROTOCOL, !table[i].ok);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_protocol),
	};

	return cmocka_run_group_tests(tests, make_all, free_all);
}
