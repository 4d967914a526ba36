/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The chain from a presented leaf to one anchor of one policy: signatures,
 * CA flags, key usage, path length, name constraints. Not time, strength,
 * purpose or names: those are judged apart, so that each is told by its name.
 */
#ifndef TLS_CHAIN_H
#define TLS_CHAIN_H

#include "tls/verdict.h"

enum { TLS_CHAIN_DEPTH = 8 };

struct tls_chain {
	STACK_OF(X509) *certs; /* leaf first, the anchor last; NULL: none */
	const struct tls_anchor *anchor;
	bool pinned;           /* the leaf is the anchor */
	char problem[160];     /* why there is none */
	char remedy[200];
};

enum err tls_chain_build(struct tls_chain *c, const struct tls_policy *p,
    X509 *leaf, STACK_OF(X509) *untrusted) ERR_CHECK;
void tls_chain_fini(struct tls_chain *c);

/* Subject as RFC 2253 text, escaped for a log line. Returns dst. */
char *tls_subject_text(const X509_NAME *name, char *dst, size_t size);

#endif
