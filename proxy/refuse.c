/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our own answers: the status of an error from its row, the reason where an
 * operator on the other side looks for it (Warning, ms-diagnostics-public).
 */
#include "proxy/forward.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "proxy/pool.h"
#include "proxy/worker.h"
#include "sip/edit.h"
#include "sip/reply.h"

#include <stdio.h>
#include <string.h>

/* Ids of lync.md 1.4 that fit our own reasons. */
static const struct {
	enum err err;
	int id;
	const char *reason;
} diagnostics[] = {
	{ ERR_POLICY_FROM, 1012, "From URI is not authorized" },
	{ ERR_POLICY_PAI, 1012, "Asserted identity is not authorized" },
	{ ERR_POLICY_ROUTE, 1004, "Route set is no longer valid" },
	{ ERR_ROUTE_NONE, 1005, "Cannot route to destination domain" },
	{ ERR_DIAL_DOWN, 1007, "Temporarily cannot route" },
	{ ERR_DIAL_REFUSED, 1007, "Temporarily cannot route" },
	{ ERR_DIAL_RESOLVE, 1007, "Temporarily cannot route" },
};

static void
add_unsupported(struct buf *extra, const struct sip_msg *m)
{
	struct str value;
	size_t i;

	for (i = 0; i < 32 && sip_value_at(m, SIP_PROXY_REQUIRE, i, &value);
	     i++)
		if (!str_is(value, "ms-benotify"))
			buf_printf(extra, "Unsupported: %.*s\r\n",
			    STR_FMT(value));
}

static void
add_extra(struct buf *extra, const struct session *s, const struct sip_msg *m,
    enum err why)
{
	size_t i;

	if (why == ERR_SIP_EXTENSION)
		add_unsupported(extra, m);
	if (err_sip_status(why) == 503)
		buf_puts(extra, "Retry-After: 5\r\n");
	buf_printf(extra, "Warning: 399 %s \"%s\"\r\n", s->peer->host,
	    err_text(why));
	for (i = 0; i < countof(diagnostics); i++)
		if (diagnostics[i].err == why)
			buf_printf(extra,
			    "ms-diagnostics-public: %d;reason=\"%s\"\r\n",
			    diagnostics[i].id, diagnostics[i].reason);
}

void
forward_answer(struct session *s, uint64_t peer, const struct sip_msg *m,
    int status, const char *extra)
{
	struct snapshot *snap = worker_snapshot();
	char tag[24];
	struct buf out;
	enum err err;

	snprintf(tag, sizeof(tag), "sf%016llx",
	    (unsigned long long)hash_bytes(m->call_id.p, m->call_id.n));
	buf_init(&out, SIP_MAX_HEAD + 4096);
	err = sip_reply(&out, m, status, NULL, tag, extra);
	if (!err && s != NULL) {
		err = session_send(s, buf_str(&out));
	} else if (!err) {
		/* 18.2.2: the connection is gone, so open one to the peer. */
		struct peer *p = snapshot_peer(snap, peer);
		struct pool *pool = p != NULL ? pool_of(p) : NULL;

		err = pool != NULL ? pool_send(pool, buf_str(&out), NULL)
				   : ERR_DIAL_DOWN;
	}
	if (err)
		log_debug("refuse", "an answer was lost: %s", err_text(err));
	buf_fini(&out);
}

void
forward_refuse(struct session *s, const struct sip_msg *m, enum err why)
{
	char what[96];
	struct buf extra;

	s->peer->stats->refused++;
	str_escape(what, sizeof(what), m->start);
	log_sip_refused(s->peer->party.name, session_remote(s),
	    err_sip_status(why), what, err_text(why));
	if (str_equal(m->method, STR("ACK")) ||
	    str_equal(m->method, STR("BENOTIFY")))
		return; /* neither ever gets a response */
	buf_init(&extra, SIP_MAX_HEAD);
	add_extra(&extra, s, m, why);
	forward_answer(s, s->peer->id, m, err_sip_status(why),
	    buf_cstr(&extra));
	buf_fini(&extra);
}
