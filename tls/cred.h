/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An identity that we show: certificate, its private key, the chain to send.
 * Built once from PEM, shared and immutable. Every use of a private key goes
 * through here, so that keys can move to a process of their own later.
 */
#ifndef TLS_CRED_H
#define TLS_CRED_H

#include "base/err.h"
#include "base/str.h"

#include <openssl/ssl.h>
#include <stdbool.h>

struct tls_cred {
	unsigned refs;
	char *name;               /* of the trust-point: logs */
	X509 *cert;
	EVP_PKEY *key;
	STACK_OF(X509) *chain;    /* intermediates to send; root left out */
	bool rooted;              /* chain_pem held the root, or cert is one */
};

/*
 * ERR_PKI_PARSE, ERR_PKI_MISMATCH (key is not the certificate's), ERR_NOMEM.
 * chain_pem holds any number of certificates in any order, or is empty; what
 * does not belong between cert and its root is left out.
 */
enum err tls_cred_new(struct tls_cred **out, const char *name, struct str cert_pem,
    struct str key_pem, struct str chain_pem) ERR_CHECK;
struct tls_cred *tls_cred_ref(struct tls_cred *c);
void tls_cred_unref(struct tls_cred *c);

/* Put it on a connection. */
enum err tls_cred_use(const struct tls_cred *c, SSL *ssl) ERR_CHECK;

/*
 * Our own identity judged as a partner will judge it: CN and, if there is one,
 * SAN cover `fqdn` (NULL: not asked); dates; both EKUs; chain complete.
 * Appends one line a finding to out, "error: ..." or "warning: ...", each with
 * the remedy. Returns ERR_CERT_OWN if any is an error (name, dates).
 */
struct buf;
enum err tls_cred_judge(const struct tls_cred *c, const char *fqdn,
    struct buf *out) ERR_CHECK;

#endif
