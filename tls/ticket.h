/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stateless session tickets with shared keys. A ticket carries the peer's
 * intermediates, so that a resumed peer is judged again, as of now, before
 * the ticket is taken: OpenSSL by itself would let it in (operations.md 0.1).
 */
#ifndef TLS_TICKET_H
#define TLS_TICKET_H

#include "tls/ctx.h"

/* keys NULL: no tickets, thus no resumption. */
void tls_ticket_enable(SSL_CTX *ctx, const struct tls_ticket_keys *keys);

/* The intermediates shown in the first handshake; owned, NULL: none. */
STACK_OF(X509) *tls_ticket_chain(SSL *ssl);

#endif
