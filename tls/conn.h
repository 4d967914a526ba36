/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One mutual-TLS connection on the loop: handshake, verdict, read, write,
 * close; four events out. The layer above never sees OpenSSL or libevent.
 */
#ifndef TLS_CONN_H
#define TLS_CONN_H

#include "base/addr.h"
#include "base/buf.h"
#include "tls/cred.h"
#include "tls/verdict.h"

#include <event2/util.h>
#include <stddef.h>

/* A peer as the TLS layer knows it. Owned by the snapshot; outlives conns. */
struct tls_party {
	char name[64];
	struct tls_policy policy;
	struct tls_cred *server; /* shown when the peer connects to us; or NULL */
	struct tls_cred *client; /* shown when we connect to it; or NULL */
	struct addr *sources;    /* hosts it may come from (ports ignored) */
	size_t n_sources;
	const char *sni;         /* FQDN to send and first expected name; or NULL */
	void *user;              /* struct peer of the layer above */
	void *impl;              /* tls/ctx.c: SSL_CTX for dialling, sessions */
};

/* Ticket keys of a snapshot: [0] encrypts, all decrypt. */
struct tls_ticket_keys {
	unsigned n;
	unsigned char name[2][16], aes[2][32], mac[2][32];
};

/* What accepts on one interface: picks the identity and judges callers. */
struct tls_front {
	char name[64];              /* of the interface */
	struct tls_party **parties; /* candidates, not owned */
	size_t n_parties;
	struct tls_cred *fallback;  /* for callers that match no peer yet */
	const struct tls_ticket_keys *tickets; /* NULL: no resumption */
	void *impl;                 /* SSL_CTX */
};

/* Build/free the impl parts. Call once all fields are set. */
enum err tls_party_prepare(struct tls_party *p) ERR_CHECK;
void tls_party_fini(struct tls_party *p); /* policy, creds, sources, impl */
enum err tls_front_prepare(struct tls_front *f) ERR_CHECK;
void tls_front_fini(struct tls_front *f); /* parties array, fallback, impl */

/* Every verdict of this process, good or bad, goes here. */
typedef void tls_verdict_fn(const struct tls_verdict *v, void *arg);
void tls_on_verdict(tls_verdict_fn *fn, void *arg);

enum tls_event {
	TLS_UP,      /* verified; tls_conn_party() is the peer */
	TLS_DATA,    /* tls_conn_input() grew */
	TLS_DRAINED, /* the output fell below half its ceiling */
	TLS_DOWN     /* last event ever; tls_conn_why() */
};
struct tls_conn;
typedef void tls_event_fn(struct tls_conn *c, enum tls_event ev, void *arg);

struct tls_limits {
	long handshake_ms;   /* accept/connect to TLS_UP */
	long idle_ms;        /* no byte either way; 0: none */
	size_t max_input;    /* bytes unread above; reading pauses there */
	size_t max_output;   /* bytes unsent; tls_conn_send() gives ERR_FULL */
};

/* fd is taken over, also on failure. The front must outlive the connection. */
enum err tls_conn_accept(struct tls_conn **out, struct tls_front *f,
    evutil_socket_t fd, const struct addr *remote, const struct addr *local,
    const struct tls_limits *lim, tls_event_fn *fn, void *arg) ERR_CHECK;
/* ifname: for log lines. local may be NULL (any source address). */
enum err tls_conn_dial(struct tls_conn **out, struct tls_party *p,
    const char *ifname, const struct addr *remote, const struct addr *local,
    const struct tls_limits *lim, tls_event_fn *fn, void *arg) ERR_CHECK;

struct buf *tls_conn_input(struct tls_conn *c);  /* drain what you took */
void tls_conn_taken(struct tls_conn *c);         /* after draining: read on */
enum err tls_conn_send(struct tls_conn *c, const void *p, size_t n) ERR_CHECK;
size_t tls_conn_backlog(const struct tls_conn *c); /* bytes unsent */

struct tls_party *tls_conn_party(const struct tls_conn *c);
const struct addr *tls_conn_remote(const struct tls_conn *c);
const struct addr *tls_conn_local(const struct tls_conn *c);
const char *tls_conn_version(const struct tls_conn *c); /* "TLSv1.3" */
const char *tls_conn_cipher(const struct tls_conn *c);
bool tls_conn_resumed(const struct tls_conn *c);
enum err tls_conn_why(const struct tls_conn *c);

/*
 * Judge a live connection again under another snapshot's party: ERR_OK, or
 * what the verdict says now (reported as a verdict when refused).
 */
enum err tls_conn_rejudge(struct tls_conn *c, struct tls_party *p) ERR_CHECK;

/* Send what is queued, close_notify, then TLS_DOWN(why); 5 s at most. */
void tls_conn_finish(struct tls_conn *c, enum err why);
/* At once; TLS_DOWN is delivered before it returns, memory goes later. */
void tls_conn_close(struct tls_conn *c, enum err why);

#endif
