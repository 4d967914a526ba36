/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gather facts, then judge (DESIGN 5). The facts of a presented chain against
 * one peer's policy; a pure function decides and says which check failed,
 * what was expected, what was seen and what to do.
 */
#ifndef TLS_VERDICT_H
#define TLS_VERDICT_H

#include "base/addr.h"
#include "base/err.h"

#include <openssl/x509.h>
#include <stdbool.h>
#include <time.h>

enum tls_check { /* in the order in which they are made */
	TLS_CHECK_CHAIN, TLS_CHECK_DATES, TLS_CHECK_STRENGTH, TLS_CHECK_EKU,
	TLS_CHECK_NAME, TLS_CHECK_REVOCATION, TLS_CHECK_PROTOCOL, TLS_CHECK_NONE
};
const char *tls_check_name(enum tls_check check); /* "chain", "name" ... */

enum tls_role { TLS_PEER_IS_CLIENT, TLS_PEER_IS_SERVER };
enum tls_identity_check { TLS_SAN_OR_CN, TLS_SAN, TLS_CN };
enum tls_eku { TLS_EKU_ROLE, TLS_EKU_BOTH, TLS_EKU_EXACT, TLS_EKU_ANY };
enum tls_revocation { TLS_REV_END, TLS_REV_CRL, TLS_REV_OCSP, TLS_REV_NONE };

/* One anchor: a certificate of one of the peer's validate trust-points. */
struct tls_anchor {
	X509 *cert;          /* owned by the policy */
	char *trustpoint;
	bool ca_check;       /* false: may be the peer's own (pinned) leaf */
	enum tls_revocation revocation[4]; /* ordered, TLS_REV_END ends it */
};

/* What one peer must show. Immutable once built; owned by its party. */
struct tls_policy {
	struct tls_anchor *anchors;
	size_t n_anchors;
	char **names;        /* expected FQDNs or IP literals */
	size_t n_names;
	enum tls_identity_check identity_check;
	enum tls_eku eku;
	bool allow_wildcard;
	bool legacy;         /* TLS 1.0/1.1, weak keys and SHA-1 allowed */
	int min_version;     /* TLS1_2_VERSION ...; 0: the default */
	int max_version;     /* 0: the newest */
	char *ciphers;       /* OpenSSL cipher list for <= 1.2; NULL: default */
};
void tls_policy_fini(struct tls_policy *p);

struct tls_verdict {
	char party[64];          /* peer name; "" when it fits none */
	enum tls_role role;
	bool ok;
	bool resumed;
	enum tls_check check;    /* the one that failed; TLS_CHECK_NONE if ok */
	enum err err;            /* ERR_CERT_*; ERR_OK */
	char expected[256];
	char seen[256];          /* escaped: it is the peer's text */
	char remedy[256];
	char subject[256];       /* escaped */
	char serial[64];
	char protocol[16];       /* "TLSv1.3" or "" */
	char cipher[48];
	char anchor[64];         /* trust-point that the chain ended in */
	struct addr remote;
	time_t when;
};

/*
 * Put v->party in before (it makes the remedies precise) or leave it empty.
 * Judge a presented chain (leaf first in `untrusted`, which may be NULL).
 * Fills everything of v but party, remote and protocol/cipher. Pure but for
 * OpenSSL's parsers and the clock `now`.
 */
void tls_verdict_judge(struct tls_verdict *v, const struct tls_policy *p,
    enum tls_role role, X509 *leaf, STACK_OF(X509) *untrusted, time_t now);

/* What was negotiated: fills protocol and cipher of v, and judges them when v
   is still ok. Of version 0 nothing is known yet; cipher NULL likewise. */
struct tls_negotiated {
	int version;
	const char *version_text;
	const char *cipher;
	bool cipher_allowed; /* by the party's own list */
};
void tls_verdict_protocol(struct tls_verdict *v, const struct tls_policy *p,
    const struct tls_negotiated *n);

/* A refusal without a certificate to look at. */
void tls_verdict_none(struct tls_verdict *v, enum tls_role role, time_t now);

/* Key and signature rule for one certificate: what is too weak about it, or
   false. anchor: its own signature is not relied on. */
enum tls_place { TLS_PLACE_CHAIN, TLS_PLACE_ANCHOR };
bool tls_verdict_weak(
    X509 *x, enum tls_place place, char *why, size_t size);
/* The EKUs of a certificate, -1: no such extension, -2: unreadable. */
enum { TLS_EKU_CLIENT = 1, TLS_EKU_SERVER = 2, TLS_EKU_OTHER = 4,
	TLS_EKU_WILD = 8 };
int tls_verdict_ekus(X509 *x);

#endif
