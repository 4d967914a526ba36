/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose connection is this? Judges a chain against the party that was dialled,
 * or against the parties of a front, and reports what came out.
 */
#ifndef TLS_ADMIT_H
#define TLS_ADMIT_H

#include "tls/ctx.h"

/* SSL_CTX_set_cert_verify_callback(): full handshakes. */
int tls_admit_on_verify(X509_STORE_CTX *store, void *arg);
/* A resumed handshake ended: judged as if it were a full one. */
enum err tls_admit_resumed(struct tls_shake *s, SSL *ssl) ERR_CHECK;
/* Would this pair be admitted now? Reports nothing. */
bool tls_admit_would(
    struct tls_shake *s, X509 *leaf, STACK_OF(X509) *untrusted);
/* The caller showed no certificate at all. */
void tls_admit_none(struct tls_shake *s);
/* Judge under one party, report when refused. */
enum err tls_admit_again(const struct tls_shake *s, SSL *ssl,
    struct tls_party *p) ERR_CHECK;

/* Does the other side's host belong to the party? */
bool tls_admit_is_source(const struct tls_party *p, const struct addr *a);

#endif
