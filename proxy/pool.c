/* SPDX-License-Identifier: BSD-2-Clause */
/* The connections of one peer: see pool.h. */
#include "proxy/pool.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "proxy/resolve.h"
#include "proxy/txn.h"

enum {
	DOWN_MS = 2000,            /* a dead target is remembered this long */
	QUEUE_MESSAGES = 1024,
	QUEUE_BYTES = 16 << 20,
};

/* A message that waits for the connection. */
struct waiting {
	TAILQ_ENTRY(waiting) link;
	struct txn *txn;           /* or NULL */
	struct str bytes;          /* owned */
};

struct pool {
	UT_hash_handle hh;
	uint64_t id;               /* of the peer */
	struct peer *peer;         /* of the current snapshot */
	struct session_list up;
	struct session *dialling;
	struct resolve *resolving;
	struct addr *targets;
	size_t n_targets, next_target;
	TAILQ_HEAD(, waiting) queue;
	size_t n_queue, queue_bytes;
	long down_until_ms;
	enum err why;
	bool was_up;
};

static struct pool *pools;

struct pool *
pool_of(struct peer *peer)
{
	struct pool *p;

	HASH_FIND(hh, pools, &peer->id, sizeof(peer->id), p);
	if (p != NULL)
		return p;
	p = mem_new(struct pool);
	if (p == NULL)
		return NULL;
	p->id = peer->id;
	p->peer = peer;
	TAILQ_INIT(&p->up);
	TAILQ_INIT(&p->queue);
	HASH_ADD(hh, pools, id, sizeof(p->id), p);
	return p;
}

static void
queue_drop(struct pool *p, struct waiting *w)
{
	TAILQ_REMOVE(&p->queue, w, link);
	p->n_queue--;
	p->queue_bytes -= w->bytes.n;
	mem_free((char *)w->bytes.p);
	mem_free(w);
}

static enum err
queue_add(struct pool *p, struct str bytes, struct txn *t)
{
	struct waiting *w;

	if (p->n_queue >= QUEUE_MESSAGES ||
	    p->queue_bytes + bytes.n > QUEUE_BYTES)
		return ERR_FULL;
	w = mem_new(struct waiting);
	if (w == NULL)
		return ERR_NOMEM;
	w->bytes = (struct str){ str_dup(bytes), bytes.n };
	if (w->bytes.p == NULL) {
		mem_free(w);
		return ERR_NOMEM;
	}
	w->txn = t;
	if (t != NULL)
		t->queued = p;
	TAILQ_INSERT_TAIL(&p->queue, w, link);
	p->n_queue++;
	p->queue_bytes += bytes.n;
	return ERR_OK;
}

static void
fail_queue(struct pool *p, enum err why)
{
	struct waiting *w;

	while ((w = TAILQ_FIRST(&p->queue)) != NULL) {
		struct txn *t = w->txn;

		queue_drop(p, w);
		if (t != NULL) {
			t->queued = NULL;
			txn_failed(t, why);
		}
	}
}

void
pool_forget_txn(struct txn *t)
{
	struct waiting *w;

	if (t->queued == NULL)
		return;
	TAILQ_FOREACH(w, &t->queued->queue, link)
	{
		if (w->txn == t) {
			queue_drop(t->queued, w);
			break;
		}
	}
	t->queued = NULL;
}

/* An outbound connection first; an inbound one only if it says `alias`. */
static struct session *
best_session(struct pool *p)
{
	struct session *s, *spare = NULL;

	TAILQ_FOREACH(s, &p->up, in_pool)
	{
		if (s->closing)
			continue;
		if (s->direction == SESSION_OUT)
			return s;
		if (s->alias)
			spare = s;
	}
	return spare;
}

static void
give_up(struct pool *p, enum err why)
{
	p->why = why;
	p->down_until_ms = loop_now_ms() + DOWN_MS;
	p->next_target = 0;
	log_peer_down(p->peer->party.name, err_text(why));
	fail_queue(p, why);
}

/* Try the targets in order; the last failure ends the attempt. */
static void
dial_next(struct pool *p, enum err why)
{
	while (p->next_target < p->n_targets) {
		const struct addr *to = &p->targets[p->next_target++];

		why = session_dial(&p->dialling, p->peer, to);
		if (why == ERR_OK)
			return;
		p->dialling = NULL;
		p->peer->stats->dial_failed++;
	}
	give_up(p, why);
}

static void
on_resolved(enum err err, const struct addr *list, size_t n, void *arg)
{
	struct pool *p = arg;

	p->resolving = NULL;
	mem_free(p->targets);
	p->targets = NULL;
	p->n_targets = p->next_target = 0;
	if (!err && n != 0) {
		p->targets = mem_alloc(n * sizeof(*list));
		if (p->targets != NULL) {
			for (; p->n_targets < n; p->n_targets++)
				p->targets[p->n_targets] = list[p->n_targets];
		}
	}
	dial_next(p, err != ERR_OK ? err : ERR_DIAL_RESOLVE);
}

static enum err
begin_dial(struct pool *p)
{
	if (p->dialling != NULL || p->resolving != NULL)
		return ERR_OK;
	return resolve_peer(&p->resolving, p->peer, on_resolved, p);
}

enum err
pool_send(struct pool *p, struct str bytes, struct txn *t)
{
	struct session *s = best_session(p);
	enum err err;

	if (s != NULL) {
		err = session_send(s, bytes);
		if (!err && t != NULL)
			txn_sent(t, s);
		return err;
	}
	if (p->peer->down != NULL)
		return ERR_DIAL_DOWN;
	if (p->dialling == NULL && loop_now_ms() < p->down_until_ms)
		return p->why;
	err = queue_add(p, bytes, t);
	if (err)
		return err;
	/* May fail at once; txn_failed() then answered already. */
	err = begin_dial(p);
	if (err)
		give_up(p, err);
	return ERR_OK;
}

void
pool_session_up(struct pool *p, struct session *s)
{
	struct waiting *w;

	TAILQ_INSERT_TAIL(&p->up, s, in_pool);
	if (!p->was_up)
		log_peer_up(p->peer->party.name, session_remote(s));
	p->was_up = true;
	if (s->direction != SESSION_OUT)
		return;
	if (p->dialling == s)
		p->dialling = NULL;
	p->next_target = 0;
	p->down_until_ms = 0;
	while ((w = TAILQ_FIRST(&p->queue)) != NULL) {
		struct txn *t = w->txn;
		enum err err = session_send(s, w->bytes);

		queue_drop(p, w);
		if (t == NULL)
			continue;
		t->queued = NULL;
		if (err)
			txn_failed(t, err);
		else
			txn_sent(t, s);
	}
}

void
pool_session_down(struct pool *p, struct session *s, enum err why)
{
	TAILQ_REMOVE(&p->up, s, in_pool);
	if (TAILQ_EMPTY(&p->up)) {
		p->was_up = false;
		p->why = why;
		log_peer_down(s->peer->party.name, err_text(why));
	}
}

void
pool_dial_failed(struct pool *p, struct session *s, enum err why)
{
	if (p->dialling != s)
		return;
	p->dialling = NULL;
	p->peer->stats->dial_failed++;
	dial_next(p, why);
}

static void
pool_free(struct pool *p)
{
	if (p->resolving != NULL)
		resolve_cancel(p->resolving);
	HASH_DEL(pools, p);
	mem_free(p->targets);
	mem_free(p);
}

void
pool_adopt_snapshot(struct snapshot *snap)
{
	struct pool *p, *next;

	HASH_ITER(hh, pools, p, next)
	{
		struct peer *peer = snapshot_peer(snap, p->id);
		bool dialled = p->dialling != NULL || p->resolving != NULL;

		if (p->resolving != NULL)
			resolve_cancel(p->resolving);
		p->resolving = NULL;
		p->dialling = NULL; /* session_adopt_snapshot() closes it */
		p->down_until_ms = 0;
		if (peer == NULL) {
			fail_queue(p, ERR_DIAL_DOWN);
			p->peer = NULL;
			continue; /* freed once its sessions are gone */
		}
		p->peer = peer;
		if (dialled && !TAILQ_EMPTY(&p->queue) &&
		    begin_dial(p) != ERR_OK)
			give_up(p, ERR_DIAL_DOWN);
	}
}

void
pool_reap(void)
{
	struct pool *p, *next;

	HASH_ITER(hh, pools, p, next)
	{
		if (p->peer == NULL && TAILQ_EMPTY(&p->up))
			pool_free(p);
	}
}

void
pool_stop(void)
{
	struct pool *p, *next;

	HASH_ITER(hh, pools, p, next)
	{
		while (!TAILQ_EMPTY(&p->queue))
			queue_drop(p, TAILQ_FIRST(&p->queue));
		pool_free(p);
	}
}

bool
pool_is_up(const struct pool *p)
{
	return !TAILQ_EMPTY(&p->up);
}

enum err
pool_why(const struct pool *p)
{
	return p->why;
}
