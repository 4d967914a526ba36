/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SSL_CTX of a party (dialling) and of a front (accepting), what one
 * handshake carries through OpenSSL's callbacks, and kept client sessions.
 */
#ifndef TLS_CTX_H
#define TLS_CTX_H

#include "tls/conn.h"

/* What the callbacks of one connection know and find. Embedded in a conn. */
struct tls_shake {
	struct tls_front *front;  /* accepting; NULL when we dial */
	struct tls_party *party;  /* dialled, or admitted */
	enum tls_role role;       /* of the other side */
	const char *ifname;       /* of front, or the dialler's: log lines */
	struct addr remote, local;
	enum err why;             /* set where a callback refused */
	char reason[200];         /* and its words */
};
struct tls_shake *tls_shake_of(const SSL *ssl);
enum err tls_shake_attach(struct tls_shake *s, SSL *ssl) ERR_CHECK;
const char *tls_shake_type(const struct tls_shake *s); /* "client"/"server" */

/* New SSL objects, ready for SSL_do_handshake but for the fd. */
enum err tls_ctx_accept(SSL **out, struct tls_shake *s) ERR_CHECK;
enum err tls_ctx_dial(SSL **out, struct tls_shake *s) ERR_CHECK;
/* A session that was refused shall not be tried again. */
void tls_ctx_forget(struct tls_party *p);

/* Is the cipher in the party's own list? TLS 1.3 ciphers always are. */
bool tls_ctx_allows(const struct tls_party *p, const SSL_CIPHER *c);

/* What parties allow together, for a handshake that may be any of theirs. */
struct tls_terms {
	int min, max;
	bool legacy;
	char ciphers[2048];
};
void tls_terms_init(struct tls_terms *t);
void tls_terms_add(struct tls_terms *t, const struct tls_policy *p);
enum err tls_terms_apply(const struct tls_terms *t, SSL *ssl) ERR_CHECK;

#endif
