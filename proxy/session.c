/* SPDX-License-Identifier: BSD-2-Clause */
/* A neighbour connection's life: see session.h. */
#include "proxy/session.h"

#include "base/log.h"
#include "base/mem.h"
#include "proxy/forward.h"
#include "proxy/pool.h"
#include "proxy/txn.h"

#include <unistd.h>

enum { MOST_OUTPUT = 16 << 20, MOST_INPUT = 8 << 20 };

struct session_list sessions = TAILQ_HEAD_INITIALIZER(sessions);
static uint64_t next_id;

static void
session_free(void *object)
{
	struct session *s = object;

	snapshot_unref(s->born);
	mem_free(s);
}

static struct tls_limits
limits_of(const struct snapshot *snap)
{
	return (struct tls_limits){
		.handshake_ms = snap->conf->handshake_s * 1000L,
		.idle_ms = snap->conf->idle_s * 1000L,
		.max_input = MOST_INPUT,
		.max_output = MOST_OUTPUT,
	};
}

static enum err
session_new(struct session **out, struct snapshot *snap,
    enum session_direction direction)
{
	struct session *s;

	if (stats->sessions >= snap->conf->max_sessions) {
		log_session_limit(snap->conf->max_sessions);
		return ERR_FULL;
	}
	s = mem_new(struct session);
	if (s == NULL)
		return ERR_NOMEM;
	s->id = ++next_id;
	s->direction = direction;
	s->born = snapshot_ref(snap);
	s->since_ms = loop_now_ms();
	TAILQ_INIT(&s->asked);
	TAILQ_INIT(&s->owed);
	sip_frame_init(&s->frame);
	TAILQ_INSERT_TAIL(&sessions, s, all);
	stats->sessions++;
	if (stats->sessions > stats->most_sessions)
		stats->most_sessions = stats->sessions;
	*out = s;
	return ERR_OK;
}

static void
session_drop(struct session *s)
{
	TAILQ_REMOVE(&sessions, s, all);
	stats->sessions--;
	loop_bury(&s->grave, session_free, s);
}

static void
count_up(struct session *s)
{
	struct stats_peer *c = s->peer->stats;

	if (s->direction == SESSION_IN) {
		c->conns_in++;
		c->accepted++;
	} else {
		c->conns_out++;
		c->dialled++;
	}
}

static void
on_up(struct session *s)
{
	struct peer *born = tls_conn_party(s->conn)->user;

	s->up = true;
	s->peer = born;
	s->pool = pool_of(born);
	if (s->pool == NULL) { /* out of memory */
		session_close(s, ERR_NOMEM);
		return;
	}
	count_up(s);
	pool_session_up(s->pool, s);
}

static void
on_message(struct session *s, struct sip_msg *m, enum err parsed)
{
	s->messages_in++;
	s->peer->stats->messages_in++;
	if (m == NULL) {
		s->peer->stats->dropped++;
		log_sip_refused(s->peer->party.name, session_remote(s), 0,
		    "a message that cannot be answered", err_text(parsed));
		/* Whoever speaks something else on this stream is not SIP. */
		s->closing = true;
		tls_conn_finish(s->conn, parsed);
		return;
	}
	s->bytes_in += m->bytes.n;
	s->peer->stats->bytes_in += m->bytes.n;
	if (m->is_request)
		forward_request(s, m, parsed);
	else if (parsed == ERR_OK)
		forward_response(s, m);
	else
		s->peer->stats->dropped++;
}

static void
on_broken(struct session *s, struct sip_msg *m, enum err why)
{
	s->peer->stats->messages_in++;
	if (m != NULL && m->is_request)
		forward_refuse(s, m, why);
	else
		log_sip_refused(s->peer->party.name, session_remote(s), 0,
		    "the stream", err_text(why));
	s->closing = true; /* after the answer: nothing more either way */
	tls_conn_finish(s->conn, why);
}

static void
on_data(struct session *s)
{
	struct buf *in = tls_conn_input(s->conn);
	struct sip_msg *m;
	enum err err;

	while (s->up && !s->closing) {
		m = NULL;
		err = ERR_OK;
		switch (sip_frame_next(&s->frame, in, &m, &err)) {
		case SIP_FRAME_MORE:
			tls_conn_taken(s->conn);
			return;
		case SIP_FRAME_PING:
			/* A pong that does not fit is a pong not needed. */
			if (tls_conn_send(s->conn, "\r\n", 2) != ERR_OK)
				log_debug("session", "no room for a pong");
			break;
		case SIP_FRAME_MSG:
			on_message(s, m, err);
			break;
		case SIP_FRAME_BROKEN:
			on_broken(s, m, err);
			break;
		}
		sip_msg_unref(m);
	}
}

static void
on_down(struct session *s, enum err why)
{
	struct pool *pool = s->pool;

	if (s->up) {
		s->up = false;
		if (s->direction == SESSION_IN)
			s->peer->stats->conns_in--;
		else
			s->peer->stats->conns_out--;
		pool_session_down(pool, s, why);
		txn_session_down(s, why);
	} else if (s->direction == SESSION_OUT && pool != NULL) {
		pool_dial_failed(pool, s, why);
	}
	session_drop(s);
}

static void
on_tls(struct tls_conn *c, enum tls_event ev, void *arg)
{
	struct session *s = arg;

	s->conn = c;
	switch (ev) {
	case TLS_UP: on_up(s); break;
	case TLS_DATA: on_data(s); break;
	case TLS_DRAINED: break;
	case TLS_DOWN: on_down(s, tls_conn_why(c)); break;
	}
}

enum err
session_accept(const struct snapshot_listener *l, struct snapshot *snap,
    evutil_socket_t fd, const struct addr *remote)
{
	struct tls_limits lim = limits_of(snap);
	struct session *s;
	enum err err = session_new(&s, snap, SESSION_IN);

	if (err) {
		close(fd);
		return err;
	}
	err = tls_conn_accept(
	    &s->conn, l->front, fd, remote, &l->local, &lim, on_tls, s);
	if (err)
		session_drop(s);
	return err;
}

enum err
session_dial(struct session **out, struct peer *p, const struct addr *to)
{
	struct tls_limits lim = limits_of(p->snap);
	struct addr from = { .len = 0 };
	struct session *s;
	enum err err = session_new(&s, p->snap, SESSION_OUT);

	if (err)
		return err;
	/* Leave from the interface's own address: the partner's rules, and
	   DESIGN 5's choice by source, look at it. */
	if (p->interface->n_listen != 0 &&
	    addr_parse(&from, str_of(p->interface->listen[0].ip), 0) != ERR_OK)
		from.len = 0;
	if (from.ss.ss_family != to->ss.ss_family)
		from.len = 0;
	s->pool = pool_of(p);
	err = tls_conn_dial(&s->conn, &p->party, p->interface->name, to,
	    from.len != 0 ? &from : NULL, &lim, on_tls, s);
	if (err) {
		session_drop(s);
		return err;
	}
	*out = s;
	return ERR_OK;
}

enum err
session_send(struct session *s, struct str bytes)
{
	enum err err;

	if (!s->up || s->closing)
		return ERR_TLS_CLOSED;
	err = tls_conn_send(s->conn, bytes.p, bytes.n);
	if (err) {
		s->peer->stats->dropped++;
		return err;
	}
	s->messages_out++;
	s->bytes_out += bytes.n;
	s->peer->stats->messages_out++;
	s->peer->stats->bytes_out += bytes.n;
	return ERR_OK;
}

void
session_close(struct session *s, enum err why)
{
	tls_conn_close(s->conn, why);
}

/* The peer of the new snapshot for this session, or why there is none. */
static enum err
still_admitted(struct session *s, struct snapshot *snap, struct peer **out)
{
	struct peer *p = snapshot_peer(snap, s->peer->id);

	if (p == NULL || p->down != NULL)
		return ERR_DIAL_DOWN;
	if (p->interface == NULL || s->peer->interface == NULL ||
	    !str_is(str_of(p->interface->name), s->peer->interface->name))
		return ERR_DIAL_DOWN;
	*out = p;
	return tls_conn_rejudge(s->conn, &p->party);
}

void
session_adopt_snapshot(struct snapshot *snap)
{
	struct session *s, *next;

	for (s = TAILQ_FIRST(&sessions); s != NULL; s = next) {
		struct peer *p = NULL;
		enum err err;

		next = TAILQ_NEXT(s, all);
		if (s->born == snap)
			continue;
		if (!s->up) { /* began under the old rules: begin again */
			session_close(s, ERR_TLS_CLOSED);
			continue;
		}
		err = still_admitted(s, snap, &p);
		if (err) {
			session_close(s, err);
			continue;
		}
		if (p->stats != s->peer->stats) {
			/* a peer of this name was removed and added again */
			if (s->direction == SESSION_IN)
				p->stats->conns_in++;
			else
				p->stats->conns_out++;
		}
		s->peer = p;
	}
}

void
session_finish_all(void)
{
	struct session *s, *next;

	for (s = TAILQ_FIRST(&sessions); s != NULL; s = next) {
		next = TAILQ_NEXT(s, all);
		if (s->up)
			tls_conn_finish(s->conn, ERR_TLS_CLOSED);
		else
			session_close(s, ERR_TLS_CLOSED);
	}
}

const char *
session_remote(const struct session *s)
{
	static char text[ADDR_TEXT];

	return addr_slash(tls_conn_remote(s->conn), text);
}

const char *
session_local(const struct session *s)
{
	static char text[ADDR_TEXT];

	return addr_slash(tls_conn_local(s->conn), text);
}
