/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The connections of one peer: kept, reused by verified identity (RFC 5923),
 * opened on demand, reopened. What is sent while one is being opened waits in
 * a bounded queue. A dead target is remembered for two seconds.
 */
#ifndef PROXY_POOL_H
#define PROXY_POOL_H

#include "proxy/session.h"

struct pool;

/* The pool of a peer of the current snapshot; made on first use. */
struct pool *pool_of(struct peer *p);

/*
 * Send a request or response to the peer. t (NULL for what needs no answer)
 * learns its session, or fails with txn_failed() later. An error is immediate:
 * the peer is down, or the queue is full.
 */
enum err pool_send(struct pool *p, struct str bytes, struct txn *t) ERR_CHECK;
void pool_forget_txn(struct txn *t); /* it ended while still queued */

/* From session.c. */
void pool_session_up(struct pool *p, struct session *s);
void pool_session_down(struct pool *p, struct session *s, enum err why);
/* A dialled session ended before it was up. */
void pool_dial_failed(struct pool *p, struct session *s, enum err why);

/* Peers that the snapshot lost: fail what waits, free. */
void pool_adopt_snapshot(struct snapshot *snap);
/* After the sessions moved over: free the pools of lost peers. */
void pool_reap(void);
void pool_stop(void); /* the worker ends: free all */
/* Is any connection up? Why not, else. */
bool pool_is_up(const struct pool *p);
enum err pool_why(const struct pool *p);

#endif
