/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One connection of a neighbour: framing in, messages out, its identity. The
 * session is the peer: what arrives on it is judged as that peer's.
 */
#ifndef PROXY_SESSION_H
#define PROXY_SESSION_H

#include "base/loop.h"
#include "proxy/snapshot.h"
#include "sip/frame.h"
#include "tls/conn.h"

#include <sys/queue.h>

struct txn;
TAILQ_HEAD(txn_list, txn);
TAILQ_HEAD(session_list, session);

enum session_direction { SESSION_IN, SESSION_OUT };

struct session {
	TAILQ_ENTRY(session) all;      /* of the worker */
	TAILQ_ENTRY(session) in_pool;  /* of its peer, once up */
	uint64_t id;
	enum session_direction direction;
	struct tls_conn *conn;
	struct snapshot *born;         /* its TLS policy; a reference */
	struct peer *peer;             /* in the current snapshot; NULL: not up */
	struct pool *pool;             /* of that peer; NULL: not up */
	struct sip_frame frame;
	bool up, alias;                /* alias: RFC 5923, usable for requests */
	bool closing;                  /* framing lost: nothing more is read */
	long since_ms;
	uint64_t bytes_in, bytes_out, messages_in, messages_out;
	struct txn_list asked;         /* transactions whose request came here */
	struct txn_list owed;          /* transactions sent out here */
	struct grave grave;
};

extern struct session_list sessions;

/* Both end by themselves; nobody frees a session. */
enum err session_accept(const struct snapshot_listener *l,
    struct snapshot *snap, evutil_socket_t fd, const struct addr *remote)
    ERR_CHECK;
/* Told once when up or down: pool.c. */
enum err session_dial(struct session **out, struct peer *p,
    const struct addr *to) ERR_CHECK;

/* Queue bytes of one message. ERR_FULL: the neighbour does not read. */
enum err session_send(struct session *s, struct str bytes) ERR_CHECK;
void session_close(struct session *s, enum err why);

/* A new snapshot is current: keep, move over, or close every session. */
void session_adopt_snapshot(struct snapshot *snap);
/* Finish all (drain at the end). */
void session_finish_all(void);

const char *session_remote(const struct session *s); /* "ip/port", static */
const char *session_local(const struct session *s);

#endif
