/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verdict on a certificate (DESIGN 5): one row a check, in order; the
 * first that fails decides and writes expected, seen and remedy. Nothing here
 * knows of connections.
 */
#include "tls/verdict.h"

#include "base/mem.h"
#include "tls/chain.h"
#include "tls/name.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>

enum { LEAST_BITS = 112 }; /* RSA 2048, EC 224, SHA-224 */

/* What the checks share. */
struct facts {
	const struct tls_policy *policy;
	X509 *leaf;
	STACK_OF(X509) *untrusted;
	struct tls_chain chain;
	time_t now;
};

static const char *const check_names[] = {
	[TLS_CHECK_CHAIN] = "chain", [TLS_CHECK_DATES] = "dates",
	[TLS_CHECK_STRENGTH] = "strength", [TLS_CHECK_EKU] = "eku",
	[TLS_CHECK_NAME] = "name", [TLS_CHECK_REVOCATION] = "revocation",
	[TLS_CHECK_PROTOCOL] = "protocol", [TLS_CHECK_NONE] = "none",
};

const char *
tls_check_name(enum tls_check check)
{
	return (unsigned)check < countof(check_names) ? check_names[check]
						      : "none";
}

void
tls_policy_fini(struct tls_policy *p)
{
	size_t i;

	for (i = 0; i < p->n_anchors; i++) {
		X509_free(p->anchors[i].cert);
		mem_free(p->anchors[i].trustpoint);
	}
	for (i = 0; i < p->n_names; i++)
		mem_free(p->names[i]);
	mem_free(p->anchors);
	mem_free(p->names);
	mem_free(p->ciphers);
	*p = (struct tls_policy){ .anchors = NULL };
}

/* " under 'peer contoso'", for remedies. */
static const char *
under(const struct tls_verdict *v, char *dst, size_t size)
{
	dst[0] = '\0';
	if (v->party[0] != '\0')
		snprintf(dst, size, " under 'peer %s'", v->party);
	return dst;
}

#define UNDER(v) under((v), (char[80]){ 0 }, 80)
#define SAY(field, ...) snprintf((field), sizeof(field), __VA_ARGS__)

/* --- 1: chain --- */

static enum err
check_chain(struct tls_verdict *v, struct facts *f)
{
	enum err err = tls_chain_build(
	    &f->chain, f->policy, f->leaf, f->untrusted);

	if (err) {
		SAY(v->seen, "%s", err_text(err));
		return err;
	}
	if (f->chain.certs != NULL && f->chain.anchor != NULL) {
		SAY(v->anchor, "%.63s", f->chain.anchor->trustpoint);
		return ERR_OK;
	}
	if (f->policy->n_anchors == 0)
		SAY(v->expected, "a validate trust-point with a certificate");
	else
		SAY(v->expected, "a chain to trust-point %s%s",
		    f->policy->anchors[0].trustpoint,
		    f->policy->n_anchors > 1 ? " (or another of this peer)"
					     : "");
	SAY(v->seen, "%s", f->chain.problem);
	SAY(v->remedy, "%s", f->chain.remedy);
	return ERR_CERT_UNTRUSTED;
}

/* --- 2: dates --- */

static const char *
clock_state(void)
{
	struct timex t = { .modes = 0 };
	int rc = adjtimex(&t);

	if (rc < 0)
		return "of unknown synchronisation";
	if (rc == TIME_ERROR || (t.status & STA_UNSYNC) != 0)
		return "not synchronised: check 'ntp server'";
	return "synchronised";
}

static void
date_text(const ASN1_TIME *t, char *dst, size_t size)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) != 1 ||
	    strftime(dst, size, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
		snprintf(dst, size, "an unreadable date");
}

static bool
date_fails(struct tls_verdict *v, X509 *x, time_t now)
{
	const ASN1_TIME *from = X509_get0_notBefore(x);
	const ASN1_TIME *until = X509_get0_notAfter(x);
	char who[120], when[40], clock[40];
	time_t at = now;
	/* X509_cmp_time gives 0 for a date that it cannot read. */
	bool early = X509_cmp_time(from, &at) >= 0;
	bool late = X509_cmp_time(until, &at) <= 0;
	struct tm tm;

	if (!early && !late)
		return false;
	tls_subject_text(X509_get_subject_name(x), who, sizeof(who));
	date_text(early ? from : until, when, sizeof(when));
	gmtime_r(&now, &tm);
	strftime(clock, sizeof(clock), "%Y-%m-%d %H:%M:%S UTC", &tm);
	SAY(v->expected, "certificates valid at %s (our clock)", clock);
	SAY(v->seen, "%s %s %s", who, early ? "not valid before" : "expired",
	    when);
	SAY(v->remedy, "%s; our clock is %s",
	    early ? "check both clocks" : "have that certificate renewed",
	    clock_state());
	return true;
}

static enum err
check_dates(struct tls_verdict *v, struct facts *f)
{
	int i;

	for (i = 0; i < sk_X509_num(f->chain.certs); i++)
		if (date_fails(v, sk_X509_value(f->chain.certs, i), f->now))
			return ERR_CERT_DATES;
	return ERR_OK;
}

/* --- 3: strength --- */

bool
tls_verdict_weak(X509 *x, enum tls_place place, char *why, size_t size)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	int digest = NID_undef, kind = NID_undef, bits = 0;
	uint32_t flags = 0;

	if (key == NULL || EVP_PKEY_get_security_bits(key) < LEAST_BITS) {
		snprintf(why, size, "%s key of %d bits",
		    key != NULL ? EVP_PKEY_get0_type_name(key) : "unreadable",
		    key != NULL ? EVP_PKEY_get_bits(key) : 0);
		return true;
	}
	if (place == TLS_PLACE_ANCHOR)
		return false;
	if (X509_get_signature_info(x, &digest, &kind, &bits, &flags) != 1 ||
	    bits < LEAST_BITS) {
		snprintf(why, size, "signature with %s",
		    digest != NID_undef
			? OBJ_nid2sn(digest)
			: OBJ_nid2sn(X509_get_signature_nid(x)));
		return true;
	}
	return false;
}

static enum err
check_strength(struct tls_verdict *v, struct facts *f)
{
	int i, n = sk_X509_num(f->chain.certs);
	char why[80], who[120];

	for (i = 0; i < n && !f->policy->legacy; i++) {
		X509 *x = sk_X509_value(f->chain.certs, i);

		if (!tls_verdict_weak(x,
			i == n - 1 ? TLS_PLACE_ANCHOR : TLS_PLACE_CHAIN, why,
			sizeof(why)))
			continue;
		tls_subject_text(X509_get_subject_name(x), who, sizeof(who));
		SAY(v->expected, "RSA >= 2048 or EC >= 224 bits, SHA-224 or "
				 "better");
		SAY(v->seen, "%s: %s", who, why);
		SAY(v->remedy, "have that certificate replaced, or accept the "
			       "risk: 'tls legacy'%s", UNDER(v));
		return ERR_CERT_WEAK;
	}
	return ERR_OK;
}

/* --- 4: extended key usage --- */

int
tls_verdict_ekus(X509 *x)
{
	int critical = -1, have = 0, i;
	EXTENDED_KEY_USAGE *eku = X509_get_ext_d2i(
	    x, NID_ext_key_usage, &critical, NULL);

	if (eku == NULL)
		return critical == -1 ? -1 : -2;
	for (i = 0; i < sk_ASN1_OBJECT_num(eku); i++)
		switch (OBJ_obj2nid(sk_ASN1_OBJECT_value(eku, i))) {
		case NID_client_auth: have |= TLS_EKU_CLIENT; break;
		case NID_server_auth: have |= TLS_EKU_SERVER; break;
		case NID_anyExtendedKeyUsage: have |= TLS_EKU_WILD; break;
		default: have |= TLS_EKU_OTHER; break;
		}
	sk_ASN1_OBJECT_pop_free(eku, ASN1_OBJECT_free);
	return have;
}

static bool
eku_fits(enum tls_eku rule, int have, int need)
{
	const int both = TLS_EKU_CLIENT | TLS_EKU_SERVER;

	switch (rule) {
	case TLS_EKU_ANY: return true;
	case TLS_EKU_BOTH: return have >= 0 && (have & both) == both;
	case TLS_EKU_EXACT: return have == both;
	case TLS_EKU_ROLE: break;
	}
	return have == -1 ||
	    (have >= 0 && (have & (need | TLS_EKU_WILD)) != 0);
}

static void
eku_text(int have, char *dst, size_t size)
{
	snprintf(dst, size, "%s%s%s%s",
	    (have & TLS_EKU_CLIENT) != 0 ? " clientAuth" : "",
	    (have & TLS_EKU_SERVER) != 0 ? " serverAuth" : "",
	    (have & TLS_EKU_WILD) != 0 ? " anyExtendedKeyUsage" : "",
	    (have & TLS_EKU_OTHER) != 0 ? " others" : "");
}

/* A leaf that may only sign certificates is none for TLS; a pin is exempt. */
static enum err
check_key_usage(struct tls_verdict *v, struct facts *f)
{
	uint32_t usage = X509_get_key_usage(f->leaf);
	uint32_t need = KU_DIGITAL_SIGNATURE | KU_KEY_AGREEMENT;

	if (v->role == TLS_PEER_IS_SERVER)
		need |= KU_KEY_ENCIPHERMENT;
	if (f->chain.pinned || (usage & need) != 0)
		return ERR_OK;
	SAY(v->expected, "key usage digitalSignature");
	SAY(v->seen, "key usage bits %04x", (unsigned)usage & 0xffffU);
	SAY(v->remedy, "have the peer's certificate reissued for TLS");
	return ERR_CERT_EKU;
}

static enum err
check_eku(struct tls_verdict *v, struct facts *f)
{
	static const char *const rules[] = { [TLS_EKU_ROLE] = "role",
		[TLS_EKU_BOTH] = "both", [TLS_EKU_EXACT] = "exact",
		[TLS_EKU_ANY] = "any" };
	enum tls_eku rule = f->policy->eku;
	int need = v->role == TLS_PEER_IS_CLIENT ? TLS_EKU_CLIENT
						 : TLS_EKU_SERVER;
	int have = tls_verdict_ekus(f->leaf), want = need;
	char text[64], lacks[64];

	if (eku_fits(rule, have, need))
		return check_key_usage(v, f);
	if (rule == TLS_EKU_BOTH || rule == TLS_EKU_EXACT)
		want = TLS_EKU_CLIENT | TLS_EKU_SERVER;
	eku_text(want, text, sizeof(text));
	SAY(v->expected, "EKU%s%s", text,
	    rule == TLS_EKU_EXACT ? " and nothing else" : "");
	eku_text(have < 0 ? 0 : have, text, sizeof(text));
	SAY(v->seen, "EKU%s", have == -1 ? " extension missing"
		: have < 0               ? " extension unreadable"
		: text[0] == '\0'        ? " empty"
					 : text);
	eku_text(have < 0 ? want : want & ~have, lacks, sizeof(lacks));
	if (lacks[0] != '\0')
		SAY(v->remedy, "have the peer's certificate reissued with%s, or "
			       "relax 'eku %s'%s", lacks, rules[rule], UNDER(v));
	else
		SAY(v->remedy, "have the peer's certificate reissued without "
			       "further EKUs, or type 'eku both'%s", UNDER(v));
	return ERR_CERT_EKU;
}

/* --- 5: names --- */

static void
expect_names(struct tls_verdict *v, const struct tls_policy *p)
{
	static const char *const how[] = {
		[TLS_SAN_OR_CN] = "SAN, or CN without any SAN",
		[TLS_SAN] = "SAN",
		[TLS_CN] = "CN",
	};
	size_t i, at = 0;

	for (i = 0; i < p->n_names && at < sizeof(v->expected) - 1; i++)
		at += (size_t)snprintf(v->expected + at,
		    sizeof(v->expected) - at, "%s%s", i != 0 ? " or " : "",
		    p->names[i]);
	if (at < sizeof(v->expected) - 1)
		snprintf(v->expected + at, sizeof(v->expected) - at, " in %s",
		    how[p->identity_check]);
}

static enum err
check_name(struct tls_verdict *v, struct facts *f)
{
	const struct tls_policy *p = f->policy;
	enum tls_wildcard wild = p->allow_wildcard ? TLS_WILDCARD_LEFTMOST
						   : TLS_WILDCARD_NEVER;
	struct tls_names names;
	enum err err = tls_names_init(&names, f->leaf);
	char first[160] = "", *end;
	size_t i;

	for (i = 0; i < p->n_names && !err; i++)
		if (tls_names_cover(
			&names, p->names[i], p->identity_check, wild))
			break;
	if (err || (i < p->n_names) || (p->n_names == 0 && f->chain.pinned))
		goto out;
	err = ERR_CERT_NAME;
	tls_names_text(&names, v->seen, sizeof(v->seen));
	if (p->n_names == 0) {
		SAY(v->expected, "a configured name");
		SAY(v->remedy, "configure 'fqdn NAME'%s", UNDER(v));
		goto out;
	}
	expect_names(v, p);
	/* "DNS sip.contoso.com, CN x": the first name is what to propose. */
	end = strchr(v->seen, ' ');
	if (end != NULL)
		str_copy(first, sizeof(first), str_of(end + 1));
	first[strcspn(first, ", ")] = '\0';
	if (strncmp(first, "sip:", 4) == 0)
		memmove(first, first + 4, strlen(first + 4) + 1);
	if (names.san == NULL && names.cn == NULL)
		SAY(v->remedy, "have the peer's certificate reissued with its "
			       "FQDN as subjectAltName");
	else
		SAY(v->remedy, "add 'fqdn %.100s'%s if that name is right",
		    first, UNDER(v));
out:
	tls_names_fini(&names);
	return err;
}

/* --- 6: revocation --- */

static enum err
check_revocation(struct tls_verdict *v, struct facts *f)
{
	const struct tls_anchor *a = f->chain.anchor;
	size_t i;

	if (a->revocation[0] == TLS_REV_END)
		return ERR_OK;
	for (i = 0; i < countof(a->revocation); i++) {
		if (a->revocation[i] == TLS_REV_NONE)
			return ERR_OK;
		if (a->revocation[i] == TLS_REV_END)
			break;
	}
	SAY(v->expected, "a known revocation status");
	SAY(v->seen, "status unknown, no CRL or OCSP at hand");
	SAY(v->remedy, "let it pass without status: 'revocation-check %s none' "
		       "in trustpoint %.64s",
	    a->revocation[0] == TLS_REV_CRL ? "crl" : "ocsp", a->trustpoint);
	return ERR_CERT_REVOKED;
}

static const struct {
	enum tls_check check;
	enum err (*run)(struct tls_verdict *v, struct facts *f);
} checks[] = {
	{ TLS_CHECK_CHAIN, check_chain },
	{ TLS_CHECK_DATES, check_dates },
	{ TLS_CHECK_STRENGTH, check_strength },
	{ TLS_CHECK_EKU, check_eku },
	{ TLS_CHECK_NAME, check_name },
	{ TLS_CHECK_REVOCATION, check_revocation },
};

static void
describe(struct tls_verdict *v, X509 *leaf)
{
	BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(leaf), NULL);
	char *hex = n != NULL ? BN_bn2hex(n) : NULL;
	size_t i;

	SAY(v->serial, "%.63s", hex != NULL ? hex : "");
	for (i = 0; v->serial[i] != '\0'; i++)
		if (v->serial[i] >= 'A' && v->serial[i] <= 'F')
			v->serial[i] += 'a' - 'A';
	OPENSSL_free(hex);
	BN_free(n);
	tls_subject_text(
	    X509_get_subject_name(leaf), v->subject, sizeof(v->subject));
}

/* A clean slate but for the party and what the caller knows of the leg. */
static void
begin(struct tls_verdict *v, enum tls_role role, time_t now)
{
	struct tls_verdict fresh = { .role = role, .check = TLS_CHECK_NONE,
		.remote = v->remote, .when = now, .resumed = v->resumed };

	memcpy(fresh.party, v->party, sizeof(fresh.party));
	*v = fresh;
}

void
tls_verdict_judge(struct tls_verdict *v, const struct tls_policy *p,
    enum tls_role role, X509 *leaf, STACK_OF(X509) *untrusted, time_t now)
{
	struct facts f = { .policy = p, .leaf = leaf, .untrusted = untrusted,
		.now = now };
	size_t i;

	begin(v, role, now);
	describe(v, leaf);
	for (i = 0; i < countof(checks) && v->err == ERR_OK; i++) {
		v->err = checks[i].run(v, &f);
		if (v->err != ERR_OK)
			v->check = checks[i].check;
	}
	v->ok = v->err == ERR_OK;
	tls_chain_fini(&f.chain);
	ERR_clear_error();
}

void
tls_verdict_none(struct tls_verdict *v, enum tls_role role, time_t now)
{
	begin(v, role, now);
	v->check = TLS_CHECK_CHAIN;
	v->err = ERR_CERT_NONE;
	SAY(v->expected, "a certificate (mutual TLS)");
	SAY(v->seen, "no certificate");
	SAY(v->remedy, "have the peer show its certificate when it connects");
}

/* --- 7: protocol --- */

static const char *
version_word(int version)
{
	static const char *const words[] = { "tlsv1", "tlsv1.1", "tlsv1.2",
		"tlsv1.3" };
	int i = version - TLS1_VERSION;

	return i >= 0 && i < (int)countof(words) ? words[i] : "tls";
}

void
tls_verdict_protocol(struct tls_verdict *v, const struct tls_policy *p,
    const struct tls_negotiated *n)
{
	int min = p->min_version, max = p->max_version;

	if (min == 0)
		min = p->legacy ? TLS1_VERSION : TLS1_2_VERSION;
	if (max == 0)
		max = TLS1_3_VERSION;
	SAY(v->protocol, "%.15s", n->version_text != NULL ? n->version_text : "");
	SAY(v->cipher, "%.47s", n->cipher != NULL ? n->cipher : "");
	if (!v->ok)
		return;
	if (n->version != 0 && (n->version < min || n->version > max)) {
		SAY(v->expected, "%s to %s", version_word(min),
		    version_word(max));
		SAY(v->seen, "%s", v->protocol);
		SAY(v->remedy, "'tls %s-version %s'%s would allow it",
		    n->version < min ? "min" : "max", version_word(n->version),
		    UNDER(v));
	} else if (n->cipher != NULL && !n->cipher_allowed) {
		SAY(v->expected, "a cipher of 'tls cipher-suite'");
		SAY(v->seen, "%s", v->cipher);
		SAY(v->remedy, "extend 'tls cipher-suite'%s", UNDER(v));
	} else {
		return;
	}
	v->ok = false;
	v->check = TLS_CHECK_PROTOCOL;
	v->err = ERR_CERT_PROTOCOL;
}
