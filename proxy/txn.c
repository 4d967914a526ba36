/* SPDX-License-Identifier: BSD-2-Clause */
/* Transactions: see txn.h. */
#include "proxy/txn.h"

#include "base/log.h"
#include "proxy/forward.h"
#include "proxy/pool.h"
#include "sip/reply.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
	TICK_MS = 500,
	TIMER_F_MS = 32000,  /* 64*T1: a non-INVITE is forgotten, silently */
	TIMER_C_MS = 200000, /* more than 3 minutes (16.6(11)) */
	BODY_KEPT = 4096,    /* bytes */
	LINGER_MS = 32000,   /* 64*T1: timers L, M and H of RFC 6026 */
};

/* One queue a duration: every queue is in order of deadline by itself. */
static struct txn_list short_lived = TAILQ_HEAD_INITIALIZER(short_lived);
static struct txn_list ringing = TAILQ_HEAD_INITIALIZER(ringing);
static struct txn_list lingering = TAILQ_HEAD_INITIALIZER(lingering);

static struct txn *branches, *servers;
static struct event *ticker;
static uint64_t count;

uint64_t
txn_branch_new(void)
{
	uint64_t v;

	randombytes_buf(&v, sizeof(v));
	return v;
}

uint64_t
txn_server_key(const struct session *s, const struct sip_msg *m)
{
	/* 17.2.3: top branch, sent-by and method; INVITE for ACK and CANCEL.
	   Without the cookie the older rule adds what it compares. */
	bool cookie = str_starts_nocase(m->via.branch, "z9hG4bK");
	struct str method = m->method;
	uint64_t part[8] = { s->peer->id, m->via.port };
	size_t n = 2;

	if (str_equal(method, STR("ACK")) || str_equal(method, STR("CANCEL")))
		method = STR("INVITE");
	part[n++] = hash_bytes(m->via.branch.p, m->via.branch.n);
	part[n++] = hash_bytes(m->via.host.p, m->via.host.n);
	part[n++] = hash_bytes(method.p, method.n);
	if (!cookie) {
		part[n++] = hash_bytes(m->call_id.p, m->call_id.n);
		part[n++] = hash_bytes(m->from_tag.p, m->from_tag.n);
		part[n++] = m->cseq;
	}
	return hash_bytes(part, n * sizeof(part[0]));
}

static void
set_timer(struct txn *t, struct txn_list *queue, long ms)
{
	if (t->timer != NULL)
		TAILQ_REMOVE(t->timer, t, timed);
	t->timer = queue;
	t->deadline_ms = loop_now_ms() + ms;
	TAILQ_INSERT_TAIL(queue, t, timed);
}

enum err
txn_head(struct sip_msg **out, struct str bytes)
{
	const char *end = memmem(bytes.p, bytes.n, "\r\n\r\n", 4);
	size_t n;
	char *copy;

	if (end == NULL)
		return ERR_SIP_SYNTAX;
	n = (size_t)(end - bytes.p) + 4;
	copy = mem_strndup(bytes.p, n);
	return copy != NULL ? sip_msg_parse(out, copy, n, 0) : ERR_NOMEM;
}

/* Small bodies are shared, not copied. */
static enum err
keep_request(struct txn *t, struct sip_msg *m)
{
	if (m->body.n > BODY_KEPT)
		return txn_head(&t->request, m->bytes);
	t->request = sip_msg_ref(m);
	return ERR_OK;
}

enum err
txn_new(struct txn **out, struct session *from, struct sip_msg *request,
    uint64_t server_key)
{
	struct txn *t;

	if (count >= TXN_MOST)
		return ERR_TXN_FULL;
	t = mem_new(struct txn);
	if (t == NULL)
		return ERR_NOMEM;
	t->branch = txn_branch_new();
	t->server = server_key;
	t->invite = sip_msg_is(request, "INVITE");
	if (keep_request(t, request) != ERR_OK) {
		sip_msg_unref(t->request);
		mem_free(t);
		return ERR_NOMEM;
	}
	t->from = from;
	t->from_peer = from->peer->id;
	HASH_ADD(by_branch, branches, branch, sizeof(t->branch), t);
	HASH_ADD(by_server, servers, server, sizeof(t->server), t);
	TAILQ_INSERT_TAIL(&from->asked, t, asked);
	if (t->invite)
		set_timer(t, &ringing, TIMER_C_MS);
	else
		set_timer(t, &short_lived, TIMER_F_MS);
	stats->transactions = ++count;
	*out = t;
	return ERR_OK;
}

void
txn_end(struct txn *t)
{
	pool_forget_txn(t);
	if (t->from != NULL)
		TAILQ_REMOVE(&t->from->asked, t, asked);
	if (t->to != NULL)
		TAILQ_REMOVE(&t->to->owed, t, owed);
	TAILQ_REMOVE(t->timer, t, timed);
	HASH_DELETE(by_branch, branches, t);
	HASH_DELETE(by_server, servers, t);
	sip_msg_unref(t->request);
	sip_msg_unref(t->sent);
	stats->transactions = --count;
	mem_free(t);
}

struct txn *
txn_by_branch(uint64_t branch)
{
	struct txn *t;

	HASH_FIND(by_branch, branches, &branch, sizeof(branch), t);
	return t;
}

struct txn *
txn_by_server(uint64_t key)
{
	struct txn *t;

	HASH_FIND(by_server, servers, &key, sizeof(key), t);
	return t;
}

void
txn_sent(struct txn *t, struct session *to)
{
	t->to = to;
	t->to_peer = to->peer->id;
	TAILQ_INSERT_TAIL(&to->owed, t, owed);
}

static void
leave_target(struct txn *t)
{
	if (t->to != NULL)
		TAILQ_REMOVE(&t->to->owed, t, owed);
	t->to = NULL;
}

/* The final answer is ours: an INVITE stays to swallow its ACK. */
static void
answer(struct txn *t, int status, const char *extra)
{
	leave_target(t);
	forward_answer(t->from, t->from_peer, t->request, status, extra);
	if (!t->invite) {
		txn_end(t);
		return;
	}
	t->state = TXN_COMPLETED;
	set_timer(t, &lingering, LINGER_MS);
}

void
txn_failed(struct txn *t, enum err why)
{
	if (t->state == TXN_ACCEPTED || t->state == TXN_COMPLETED) {
		leave_target(t);
		return;
	}
	answer(t, t->cancelled ? 487 : err_sip_status(why),
	    "ms-diagnostics-public: 1007;reason=\"Temporarily cannot "
	    "route\"\r\n");
}

void
txn_session_down(struct session *s, enum err why)
{
	struct txn *t;

	while ((t = TAILQ_FIRST(&s->owed)) != NULL)
		txn_failed(t, why);
	while ((t = TAILQ_FIRST(&s->asked)) != NULL) {
		TAILQ_REMOVE(&s->asked, t, asked);
		t->from = NULL; /* the pool of from_peer takes the response */
	}
}

static void
send_cancel(struct txn *t)
{
	struct buf out;

	if (t->cancel_sent || t->sent == NULL || t->to == NULL)
		return;
	t->cancel_sent = true;
	buf_init(&out, SIP_MAX_HEAD);
	if (sip_cancel(&out, t->sent) != ERR_OK ||
	    session_send(t->to, buf_str(&out)) != ERR_OK)
		log_debug("txn", "a CANCEL could not be sent");
	buf_fini(&out);
	/* If no final response comes any more, 487 is ours to give. */
	set_timer(t, &lingering, LINGER_MS);
}

void
txn_cancel(struct txn *t)
{
	if (t->state != TXN_CALLING && t->state != TXN_PROCEEDING)
		return;
	t->cancelled = true;
	if (t->to == NULL)
		txn_failed(t, ERR_TIMEOUT); /* never left: 487 */
	else if (t->state == TXN_PROCEEDING)
		send_cancel(t); /* 9.1: only after a provisional */
}

void
txn_responded(struct txn *t, int status)
{
	if (status < 200) {
		if (t->state == TXN_CALLING)
			t->state = TXN_PROCEEDING;
		if (t->invite && t->state == TXN_PROCEEDING) {
			if (t->cancelled)
				send_cancel(t);
			else if (status > 100)
				set_timer(t, &ringing, TIMER_C_MS);
		}
		return;
	}
	if (!t->invite) {
		txn_end(t);
		return;
	}
	if (t->state == TXN_COMPLETED)
		return;
	t->state = status < 300 ? TXN_ACCEPTED : TXN_COMPLETED;
	set_timer(t, &lingering, LINGER_MS);
}

static void
expired(struct txn *t)
{
	bool pending = t->state == TXN_CALLING || t->state == TXN_PROCEEDING;

	if (!t->invite || !pending) {
		txn_end(t); /* RFC 4320: no 408 to a non-INVITE */
		return;
	}
	if (t->cancelled) {
		answer(t, 487, NULL);
		return;
	}
	/* Timer C (16.8): CANCEL if it rings, 408 in either case. */
	if (t->state == TXN_PROCEEDING)
		send_cancel(t);
	answer(t, 408, NULL);
}

static void
expire(struct txn_list *queue, long now)
{
	struct txn *t;

	while ((t = TAILQ_FIRST(queue)) != NULL && t->deadline_ms <= now)
		expired(t);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	long now = loop_now_ms();

	expire(&short_lived, now);
	expire(&ringing, now);
	expire(&lingering, now);
	loop_timer_start(ticker, TICK_MS);
}

enum err
txn_start(void)
{
	ticker = loop_timer(on_tick, NULL);
	if (ticker == NULL)
		return ERR_NOMEM;
	loop_timer_start(ticker, TICK_MS);
	return ERR_OK;
}

void
txn_stop(void)
{
	struct txn *t;

	while ((t = TAILQ_FIRST(&short_lived)) != NULL ||
	    (t = TAILQ_FIRST(&ringing)) != NULL ||
	    (t = TAILQ_FIRST(&lingering)) != NULL)
		txn_end(t);
	loop_event_free(&ticker);
}
