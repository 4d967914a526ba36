/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The request path, RFC 3261 16.3 to 16.6, as a list of steps. Each step may
 * refuse with an error whose row holds the SIP status; the message itself is
 * never changed, only edited on its way out.
 */
#include "proxy/forward.h"

#include "base/hash.h"
#include "base/log.h"
#include "proxy/inspect.h"
#include "proxy/policy.h"
#include "proxy/pool.h"
#include "proxy/route.h"
#include "proxy/txn.h"
#include "sip/edit.h"
#include "sip/reply.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { MOST_VIAS = 100 };

static const char branch_cookie[] = "z9hG4bKsf";

/* One request on its way through the steps. */
struct forward {
	struct session *s;
	struct sip_msg *m;
	uint64_t server_key;
	uint64_t loop;         /* 16.3(4): what makes this visit the same */
	struct route route;
	bool done;             /* answered or swallowed: no further step */
};

void
forward_branch(char *dst, uint64_t unique, uint64_t loop)
{
	snprintf(dst, FORWARD_BRANCH, "%s%016llx.%016llx", branch_cookie,
	    (unsigned long long)unique, (unsigned long long)loop);
}

static bool
read_hex(struct str s, uint64_t *out)
{
	unsigned char bytes[8];
	size_t n = 0, i;

	if (sodium_hex2bin(bytes, sizeof(bytes), s.p, s.n, NULL, &n, NULL) !=
		0 ||
	    n != sizeof(bytes))
		return false;
	for (*out = 0, i = 0; i < n; i++)
		*out = *out << 8 | bytes[i];
	return true;
}

bool
forward_branch_read(struct str branch, uint64_t *unique, uint64_t *loop)
{
	size_t n = sizeof(branch_cookie) - 1;

	if (branch.n != n + 33 || memcmp(branch.p, branch_cookie, n) != 0 ||
	    branch.p[n + 16] != '.')
		return false;
	return read_hex(str_sub(branch, n, 16), unique) &&
	    read_hex(str_from(branch, n + 17), loop);
}

/* Keyed by the token key, which all workers and nodes share. */
static uint64_t
loop_hash(const struct snapshot *snap, const struct sip_msg *m,
    size_t own_routes)
{
	crypto_generichash_state state;
	unsigned char out[16];
	uint64_t v;
	struct str part[] = { m->ruri, m->from_tag, m->to_tag, m->call_id,
		m->cseq_method };
	struct str value;
	size_t i;

	crypto_generichash_init(
	    &state, snap->tokens.key[0], SIP_TOKEN_KEY, sizeof(out));
	for (i = 0; i < sizeof(part) / sizeof(*part); i++) {
		crypto_generichash_update(&state,
		    (const unsigned char *)part[i].p, part[i].n);
		crypto_generichash_update(&state, (const unsigned char *)"", 1);
	}
	crypto_generichash_update(
	    &state, (const unsigned char *)&m->cseq, sizeof(m->cseq));
	for (i = own_routes; sip_value_at(m, SIP_ROUTE, i, &value); i++)
		crypto_generichash_update(
		    &state, (const unsigned char *)value.p, value.n);
	crypto_generichash_final(&state, out, sizeof(out));
	memcpy(&v, out, sizeof(v));
	return v;
}

static enum err
step_check(struct forward *f)
{
	return sip_check(f->m);
}

/* NEGOTIATE offers compression of this very hop: never forwarded. */
static enum err
step_hop_by_hop(struct forward *f)
{
	if (!str_equal(f->m->method, STR("NEGOTIATE")))
		return ERR_OK;
	forward_answer(f->s, f->s->peer->id, f->m, 405,
	    "Allow: INVITE, ACK, CANCEL, BYE, INFO, MESSAGE, SUBSCRIBE, "
	    "NOTIFY, OPTIONS\r\n");
	f->done = true;
	return ERR_OK;
}

/* 9.2, 16.10, 17.2.1: what belongs to a transaction that we know. */
static enum err
step_transaction(struct forward *f)
{
	bool ack = str_equal(f->m->method, STR("ACK"));
	bool cancel = str_equal(f->m->method, STR("CANCEL"));
	struct txn *t;

	f->server_key = txn_server_key(f->s, f->m);
	t = txn_by_server(f->server_key);
	if (ack) {
		/* Of a non-2xx: we sent our own. Of a 2xx: a request. */
		f->done = t != NULL && t->state == TXN_COMPLETED;
		return ERR_OK;
	}
	if (cancel) {
		f->done = true;
		if (t == NULL || !t->invite)
			return ERR_TXN_NONE;
		forward_answer(f->s, f->s->peer->id, f->m, 200, NULL);
		txn_cancel(t);
		return ERR_OK;
	}
	f->done = t != NULL; /* a retransmission: TLS lost nothing */
	return ERR_OK;
}

static enum err
step_identity(struct forward *f)
{
	return policy_identity(f->s->peer, f->m);
}

static enum err
step_inspect(struct forward *f)
{
	switch (inspect_request(f->s, f->m)) {
	case INSPECT_PASS: return ERR_OK;
	case INSPECT_DROP: break;
	case INSPECT_CLOSE:
		f->s->closing = true;
		tls_conn_finish(f->s->conn, ERR_POLICY_INSPECT);
		break;
	}
	f->s->peer->stats->dropped++;
	f->done = true;
	return ERR_OK;
}

static void
answer_options(struct forward *f)
{
	forward_answer(f->s, f->s->peer->id, f->m, 200,
	    "Allow: INVITE, ACK, CANCEL, BYE, INFO, MESSAGE, SUBSCRIBE, "
	    "NOTIFY, BENOTIFY, OPTIONS\r\n");
	f->done = true;
}

static enum err
step_hops(struct forward *f)
{
	if (f->m->max_forwards != 0)
		return ERR_OK;
	if (!str_equal(f->m->method, STR("OPTIONS")))
		return ERR_SIP_HOPS;
	answer_options(f);
	return ERR_OK;
}

static enum err
step_route(struct forward *f)
{
	enum err err = route_find(&f->route, f->s->peer, f->m);

	if (err || !f->route.ours)
		return err;
	if (!str_equal(f->m->method, STR("OPTIONS")))
		return ERR_ROUTE_NONE;
	answer_options(f);
	return ERR_OK;
}

/* 16.3(4): was it here before, with the same things to decide on? */
static enum err
step_loop(struct forward *f)
{
	struct str value;
	size_t i;

	f->loop = loop_hash(f->s->peer->snap, f->m, f->route.own_routes);
	for (i = 0; sip_value_at(f->m, SIP_VIA, i, &value); i++) {
		struct str branch, params = value;
		uint64_t unique, loop;

		if (i >= MOST_VIAS)
			return ERR_SIP_LOOP;
		(void)str_split(&params, ';');
		if (sip_param(params, "branch", &branch) &&
		    forward_branch_read(branch, &unique, &loop) &&
		    loop == f->loop)
			return ERR_SIP_LOOP;
	}
	return ERR_OK;
}

static const struct {
	const char *name;
	enum err (*run)(struct forward *f);
} steps[] = {
	{ "check", step_check },
	{ "hop-by-hop", step_hop_by_hop },
	{ "transaction", step_transaction },
	{ "identity", step_identity },
	{ "inspect", step_inspect },
	{ "hops", step_hops },
	{ "route", step_route },
	{ "loop", step_loop },
};

/* RFC 5923: the caller offers this connection for our requests. */
static void
note_alias(struct session *s, const struct sip_msg *m)
{
	if (m->via.alias)
		s->alias = true;
}

/* Requests that never open or refresh a dialog get no Record-Route. */
static bool
wants_record_route(const struct sip_msg *m)
{
	return !str_equal(m->method, STR("ACK")) &&
	    !str_equal(m->method, STR("CANCEL")) &&
	    !str_equal(m->method, STR("REGISTER"));
}

static void
record_route(struct sip_edit *e, const char *host, const char *token)
{
	sip_edit_push(e, SIP_RECORD_ROUTE, "<sip:%s;transport=tls;lr;%s=%s>",
	    host, SIP_TOKEN_PARAM, token);
}

/*
 * 16.6 as edits. Two values are recorded, one for each side; the one that the
 * next hop sees is on top (RFC 5658).
 */
static enum err
write_request(const struct forward *f, uint64_t unique, struct buf *out)
{
	const struct peer *from = f->s->peer, *to = f->route.target;
	char branch[FORWARD_BRANCH], token[SIP_TOKEN_TEXT];
	struct sip_edit *e;
	enum err err = sip_edit_new(&e, f->m);

	if (err)
		return err;
	if (f->route.strict) {
		sip_edit_ruri(e, f->route.strict_uri);
		sip_edit_pop_last(e, SIP_ROUTE);
	}
	if (f->route.own_routes != 0)
		sip_edit_pop_values(e, SIP_ROUTE, f->route.own_routes);
	sip_edit_max_forwards(e);
	if (wants_record_route(f->m)) {
		sip_token_make(token, &from->snap->tokens, from->id, to->id);
		record_route(e, from->host, token);
		record_route(e, to->host, token);
	}
	forward_branch(branch, unique, f->loop);
	sip_edit_push(
	    e, SIP_VIA, "SIP/2.0/TLS %s;branch=%s", to->host, branch);
	sip_edit_length(e);
	err = sip_edit_write(e, out);
	sip_edit_free(e);
	return err;
}

static bool
needs_transaction(const struct sip_msg *m)
{
	return !str_equal(m->method, STR("ACK")) &&
	    !str_equal(m->method, STR("BENOTIFY"));
}

static enum err
send_request(struct forward *f)
{
	struct pool *pool = pool_of(f->route.target);
	struct txn *t = NULL;
	struct buf out;
	enum err err = ERR_OK;

	if (pool == NULL)
		return ERR_NOMEM;
	buf_init(&out, SIP_MAX_HEAD + SIP_MAX_BODY + 4096);
	if (needs_transaction(f->m))
		err = txn_new(&t, f->s, f->m, f->server_key);
	if (!err)
		err = write_request(
		    f, t != NULL ? t->branch : txn_branch_new(), &out);
	if (!err && t != NULL && t->invite)
		err = txn_head(&t->sent, buf_str(&out));
	if (!err) {
		if (t != NULL && t->invite)
			forward_answer(
			    f->s, f->s->peer->id, f->m, 100, NULL);
		if (t != NULL)
			t->to_peer = f->route.target->id;
		err = pool_send(pool, buf_str(&out), t);
	}
	if (err && t != NULL)
		txn_end(t);
	buf_fini(&out);
	return err;
}

void
forward_request(struct session *s, struct sip_msg *m, enum err parsed)
{
	struct forward f = { .s = s, .m = m };
	enum err err = parsed;
	size_t i;

	for (i = 0; !err && !f.done && i < sizeof(steps) / sizeof(*steps); i++)
		err = steps[i].run(&f);
	if (!err && !f.done) {
		note_alias(s, m);
		err = send_request(&f);
	}
	if (err)
		forward_refuse(s, m, err);
}
