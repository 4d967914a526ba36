/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the ClientHello decides: the identity that we show, the versions and
 * ciphers. By source address first, then by SNI.
 */
#ifndef TLS_HELLO_H
#define TLS_HELLO_H

#include "tls/ctx.h"

/* SSL_CTX_set_client_hello_cb() */
int tls_hello_on_client(SSL *ssl, int *alert, void *arg);
/* The host_name of a server_name extension's body; empty: none. */
struct str tls_hello_sni(struct str extension);

#endif
