/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of a connection, for conn.c (bytes) and conn_life.c (birth,
 * handshake, death) alone.
 */
#ifndef TLS_CONN_STATE_H
#define TLS_CONN_STATE_H

#include "base/loop.h"
#include "tls/ctx.h"
#include "tls/error.h"

/*          state       may become                                       */
#define TLS_STATES(X)                                                          \
	X(CONNECTING, MAY(HANDSHAKE) | MAY(CLOSED))                            \
	X(HANDSHAKE, MAY(OPEN) | MAY(CLOSED))                                  \
	X(OPEN, MAY(CLOSING) | MAY(CLOSED))                                    \
	X(CLOSING, MAY(LINGER) | MAY(CLOSED))                                  \
	X(LINGER, MAY(CLOSED))                                                 \
	X(CLOSED, 0)

enum tls_state {
#define X(state, next) TLS_STATE_##state,
	TLS_STATES(X)
#undef X
};

struct tls_conn {
	struct tls_shake shake;
	struct tls_limits lim;
	tls_event_fn *fn;
	void *arg;
	char ifname[64];
	enum tls_state state;
	enum err why;
	SSL *ssl;
	evutil_socket_t fd;
	struct event *readable, *writable;
	struct event *timer;    /* handshake, then idle, then goodbye */
	struct event *kick;     /* OpenSSL holds bytes that poll cannot see */
	struct event *flush;    /* end of the turn: one write for all sends */
	struct buf in, out;
	long last_ms;           /* of the last byte either way */
	bool read_wants_write;
	bool write_wants_read;
	bool blocked;           /* the socket took no more */
	bool full;              /* TLS_DRAINED is owed */
	bool broken;            /* OpenSSL failed: no close_notify */
	struct grave grave;
};

void tls_conn_set_state(struct tls_conn *c, enum tls_state next);
/* Recompute what to wait for, from the state: the only place that does. */
void tls_conn_rearm(struct tls_conn *c);

void tls_conn_on_ready(evutil_socket_t fd, short what, void *arg);
void tls_conn_on_flush(evutil_socket_t fd, short what, void *arg);
void tls_conn_on_kick(evutil_socket_t fd, short what, void *arg);

/* One step of the handshake (or of connect). */
void tls_conn_step(struct tls_conn *c);
/* The handshake, or what a TLS 1.3 peer says right after it, failed. */
void tls_conn_fail(struct tls_conn *c, const char *doing, enum err why);

#endif
