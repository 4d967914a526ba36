/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The response path, RFC 3261 16.7: found by our branch, believed only from
 * the peer that was asked, one Via off, back on the connection of the request
 * or, after its loss, on one to the same peer (18.2.2).
 */
#include "proxy/forward.h"

#include "base/log.h"
#include "proxy/pool.h"
#include "proxy/txn.h"
#include "proxy/worker.h"
#include "sip/edit.h"
#include "sip/reply.h"

static void
stray(struct session *s, const struct sip_msg *m, const char *why)
{
	char what[96];

	s->peer->stats->dropped++;
	str_escape(what, sizeof(what), m->start);
	log_debug("respond", "peer %s %s: dropped %s: %s", s->peer->party.name,
	    session_remote(s), what, why);
}

/* The transaction that this response answers, or NULL and counted. */
static struct txn *
match(struct session *s, const struct sip_msg *m)
{
	uint64_t unique, loop;
	struct txn *t;

	if (!forward_branch_read(m->via.branch, &unique, &loop) ||
	    !snapshot_is_us(s->peer->snap, m->via.host, m->via.port)) {
		stray(s, m, "the top Via is not ours");
		return NULL;
	}
	t = txn_by_branch(unique);
	if (t == NULL) {
		stray(s, m, "no transaction waits for it");
		return NULL;
	}
	if (t->to_peer != s->peer->id) {
		stray(s, m, "another peer was asked");
		return NULL;
	}
	if (str_equal(m->cseq_method, STR("CANCEL")))
		return NULL; /* of our own CANCEL: nobody waits for it */
	return t;
}

static void
send_ack(struct session *s, struct txn *t, const struct sip_msg *m)
{
	struct buf out;

	buf_init(&out, SIP_MAX_HEAD);
	if (t->sent == NULL || sip_ack(&out, t->sent, m) != ERR_OK ||
	    session_send(s, buf_str(&out)) != ERR_OK)
		log_debug("respond", "an ACK could not be sent");
	buf_fini(&out);
}

static enum err
send_upstream(struct txn *t, struct str bytes)
{
	struct peer *p;
	struct pool *pool;

	if (t->from != NULL)
		return session_send(t->from, bytes);
	p = snapshot_peer(worker_snapshot(), t->from_peer);
	pool = p != NULL ? pool_of(p) : NULL;
	return pool != NULL ? pool_send(pool, bytes, NULL) : ERR_DIAL_DOWN;
}

static void
pass_on(struct txn *t, struct sip_msg *m)
{
	struct sip_edit *e;
	struct buf out;
	enum err err = sip_edit_new(&e, m);

	buf_init(&out, SIP_MAX_HEAD + SIP_MAX_BODY + 4096);
	if (!err) {
		sip_edit_pop_values(e, SIP_VIA, 1);
		sip_edit_length(e);
		err = sip_edit_write(e, &out);
		sip_edit_free(e);
	}
	if (!err)
		err = send_upstream(t, buf_str(&out));
	if (err)
		log_debug("respond", "a response was lost: %s", err_text(err));
	buf_fini(&out);
}

void
forward_response(struct session *s, struct sip_msg *m)
{
	struct txn *t = match(s, m);

	if (t == NULL)
		return;
	if (m->status == 100) { /* 16.7(5): hop by hop */
		txn_responded(t, 100);
		return;
	}
	if (t->invite && m->status >= 300) {
		send_ack(s, t, m);
		if (t->state == TXN_COMPLETED || t->state == TXN_ACCEPTED)
			return; /* answered already */
	} else if (t->state == TXN_COMPLETED) {
		stray(s, m, "answered already");
		return;
	}
	if (m->status == 503) /* 16.7(6): our neighbour is not overloaded */
		forward_answer(t->from, t->from_peer, t->request, 500, NULL);
	else
		pass_on(t, m);
	txn_responded(t, m->status);
}
