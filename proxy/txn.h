/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A transaction that we forwarded: enough memory to bring the response back
 * by our branch, to put CANCEL and ACK on the path of their INVITE, and to
 * answer when the far side is lost. RFC 3261 16, 17 over reliable transport:
 * no retransmission, Timer C for INVITE, silence for the rest (RFC 4320).
 */
#ifndef PROXY_TXN_H
#define PROXY_TXN_H

#include "base/hash.h"
#include "proxy/session.h"
#include "sip/msg.h"

enum txn_state {
	TXN_CALLING,    /* forwarded, nothing back */
	TXN_PROCEEDING, /* a provisional response came */
	TXN_ACCEPTED,   /* INVITE, 2xx passed: later 2xx still pass (RFC 6026) */
	TXN_COMPLETED   /* INVITE, other final passed: swallow its ACK */
};

struct txn {
	UT_hash_handle by_branch, by_server;
	TAILQ_ENTRY(txn) timed;   /* in the queue of its deadline */
	TAILQ_ENTRY(txn) asked;   /* of the session it came on */
	TAILQ_ENTRY(txn) owed;    /* of the session it was sent on */
	TAILQ_ENTRY(txn) waiting; /* of a pool while it dials */
	uint64_t branch;          /* the unique part of ours */
	uint64_t server;          /* key of the request as received */
	enum txn_state state;
	bool invite, cancelled, cancel_sent;
	struct sip_msg *request;  /* head as received: for our own answers */
	struct sip_msg *sent;     /* head as sent (INVITE): for ACK and CANCEL */
	struct session *from;     /* NULL: gone */
	uint64_t from_peer;       /* id: where responses go without it */
	struct session *to;       /* NULL: not sent yet, or gone */
	uint64_t to_peer;
	struct pool *queued;      /* waits there */
	struct txn_list *timer;   /* the queue that it is in */
	long deadline_ms;
};

enum { TXN_MOST = 100000 };  /* alive in a worker */

/* ERR_TXN_FULL, ERR_NOMEM. Ends by itself. */
enum err txn_new(struct txn **out, struct session *from,
    struct sip_msg *request, uint64_t server_key) ERR_CHECK;
void txn_end(struct txn *t);

/* The head alone of a whole message, as a message: ACK and CANCEL are made
   from it, and a large body is not kept while a response is awaited. */
enum err txn_head(struct sip_msg **out, struct str bytes) ERR_CHECK;

uint64_t txn_branch_new(void);              /* a fresh unique part */
struct txn *txn_by_branch(uint64_t branch); /* NULL: none */
struct txn *txn_by_server(uint64_t key);
/* RFC 3261 17.2.3: ACK and CANCEL give the key of their INVITE. */
uint64_t txn_server_key(const struct session *s, const struct sip_msg *m);

void txn_sent(struct txn *t, struct session *to);
/* The far side is lost or refused to be reached: answer upstream. */
void txn_failed(struct txn *t, enum err why);
/* A session is gone: its transactions are answered or lose their way back. */
void txn_session_down(struct session *s, enum err why);
/* A response passed through: new state and timer; may end it. */
void txn_responded(struct txn *t, int status);
void txn_cancel(struct txn *t);             /* upstream sent CANCEL */

enum err txn_start(void) ERR_CHECK; /* its clock, once a worker */
void txn_stop(void);

#endif
