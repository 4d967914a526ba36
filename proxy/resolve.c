/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a peer is, by libunbound on our loop: see resolve.h. */
#include "proxy/resolve.h"

#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"

#include <sys/queue.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>
#include <unbound-event.h>

enum { MOST_TARGETS = 32, DEADLINE_MS = 5000, DEFAULT_PORT = 5061 };

struct target {
	struct addr addr;
	unsigned priority, weight;
};

/* One question on its way; outlives a cancelled resolve. */
struct query {
	struct resolve *r; /* NULL: cancelled */
	LIST_ENTRY(query) link;
	LIST_ENTRY(query) all;
	uint16_t port;
	unsigned priority, weight;
};

struct resolve {
	struct peer *peer;
	resolve_fn *fn;
	void *arg;
	LIST_HEAD(, query) queries;
	struct target found[MOST_TARGETS];
	size_t n_found;
	struct event *deadline;
	bool starting; /* resolve_peer() is still asking */
};

static struct ub_ctx *ctx;
static LIST_HEAD(, query) asked = LIST_HEAD_INITIALIZER(asked);

static void
query_free(struct query *q)
{
	LIST_REMOVE(q, all);
	mem_free(q);
}

static void
resolve_free(struct resolve *r)
{
	struct query *q;

	while ((q = LIST_FIRST(&r->queries)) != NULL) {
		LIST_REMOVE(q, link);
		q->r = NULL; /* its callback frees it */
	}
	loop_event_free(&r->deadline);
	mem_free(r);
}

void
resolve_cancel(struct resolve *r)
{
	resolve_free(r);
}

static int
by_priority(const void *a, const void *b)
{
	const struct target *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return x->weight > y->weight ? -1 : x->weight < y->weight;
}

/* A host that the peer is found at is one that it may come from. */
static void
add_source(struct peer *p, const struct addr *a)
{
	size_t i;

	for (i = 0; i < p->party.n_sources; i++)
		if (addr_same_host(&p->party.sources[i], a))
			return;
	if (p->party.n_sources < MOST_TARGETS &&
	    mem_grow(p->party.sources, p->party.n_sources))
		p->party.sources[p->party.n_sources++] = *a;
}

static void
finish(struct resolve *r)
{
	struct addr list[MOST_TARGETS];
	resolve_fn *fn = r->fn;
	void *arg = r->arg;
	size_t i, n = r->n_found;

	qsort(r->found, n, sizeof(*r->found), by_priority);
	for (i = 0; i < n; i++) {
		list[i] = r->found[i].addr;
		add_source(r->peer, &list[i]);
	}
	resolve_free(r);
	fn(n != 0 ? ERR_OK : ERR_DIAL_RESOLVE, list, n, arg);
}

static void
finish_if_done(struct resolve *r)
{
	if (!r->starting && LIST_EMPTY(&r->queries))
		finish(r);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	finish(arg);
}

static void
found(struct resolve *r, const struct addr *a, unsigned priority,
    unsigned weight)
{
	if (r->n_found < MOST_TARGETS)
		r->found[r->n_found++] = (struct target){ *a, priority, weight };
}

static enum err ask(struct resolve *r, const char *name, int type,
    uint16_t port, unsigned priority, unsigned weight);

static void
take_host(struct query *q, const ldns_rr *rr)
{
	const ldns_rdf *rd = ldns_rr_rdf(rr, 0);
	struct addr a;

	memset(&a, 0, sizeof(a));
	if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_A && ldns_rdf_size(rd) == 4) {
		struct sockaddr_in sin = { .sin_family = AF_INET };

		memcpy(&sin.sin_addr, ldns_rdf_data(rd), 4);
		addr_of(&a, (struct sockaddr *)&sin, sizeof(sin));
	} else if (ldns_rdf_size(rd) == 16) {
		struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };

		memcpy(&sin6.sin6_addr, ldns_rdf_data(rd), 16);
		addr_of(&a, (struct sockaddr *)&sin6, sizeof(sin6));
	} else {
		return;
	}
	addr_set_port(&a, q->port);
	found(q->r, &a, q->priority, q->weight);
}

static void
take_srv(struct query *q, const ldns_rr *rr)
{
	unsigned priority = ldns_rdf2native_int16(ldns_rr_rdf(rr, 0));
	unsigned weight = ldns_rdf2native_int16(ldns_rr_rdf(rr, 1));
	uint16_t port = ldns_rdf2native_int16(ldns_rr_rdf(rr, 2));
	char *target = ldns_rdf2str(ldns_rr_rdf(rr, 3));

	if (target == NULL || strcmp(target, ".") == 0)
		log_debug("resolve", "an SRV record without a target");
	else if (ask(q->r, target, LDNS_RR_TYPE_A, port, priority, weight) ||
	    ask(q->r, target, LDNS_RR_TYPE_AAAA, port, priority, weight))
		log_debug("resolve", "cannot ask for %s", target);
	free(target);
}

static void
take_packet(struct query *q, const uint8_t *wire, size_t n)
{
	ldns_pkt *pkt = NULL;
	ldns_rr_list *answer;
	size_t i;

	if (ldns_wire2pkt(&pkt, wire, n) != LDNS_STATUS_OK)
		return;
	answer = ldns_pkt_answer(pkt);
	for (i = 0; i < ldns_rr_list_rr_count(answer) && i < MOST_TARGETS;
	     i++) {
		const ldns_rr *rr = ldns_rr_list_rr(answer, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_SRV)
			take_srv(q, rr);
		else if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_A ||
		    ldns_rr_get_type(rr) == LDNS_RR_TYPE_AAAA)
			take_host(q, rr);
	}
	ldns_pkt_free(pkt);
}

static void
on_answer(void *arg, int rcode, void *packet, int n, int sec, char *why,
    int limited)
{
	struct query *q = arg;
	struct resolve *r = q->r;

	if (r != NULL) {
		if (rcode == 0 && packet != NULL && n > 0)
			take_packet(q, packet, (size_t)n);
		LIST_REMOVE(q, link);
	}
	query_free(q);
	if (r != NULL)
		finish_if_done(r);
}

static enum err
ask(struct resolve *r, const char *name, int type, uint16_t port,
    unsigned priority, unsigned weight)
{
	struct query *q = mem_new(struct query);

	if (q == NULL)
		return ERR_NOMEM;
	*q = (struct query){ .r = r, .port = port, .priority = priority,
		.weight = weight };
	LIST_INSERT_HEAD(&r->queries, q, link);
	LIST_INSERT_HEAD(&asked, q, all);
	/* May call on_answer() at once, which frees q. */
	if (ctx == NULL ||
	    ub_resolve_event(ctx, name, type, LDNS_RR_CLASS_IN, q, on_answer,
		NULL) != 0) {
		LIST_REMOVE(q, link);
		query_free(q);
		return ERR_DIAL_RESOLVE;
	}
	return ERR_OK;
}

static enum err
ask_address(struct resolve *r, const struct conf_address *c)
{
	uint16_t port = (uint16_t)c->port;
	struct addr a;
	enum err err;

	if (addr_parse(&a, str_of(c->host), port) == ERR_OK) {
		found(r, &a, c->priority, 0);
		return ERR_OK;
	}
	err = ask(r, c->host, LDNS_RR_TYPE_A, port, c->priority, 0);
	if (!err)
		err = ask(r, c->host, LDNS_RR_TYPE_AAAA, port, c->priority, 0);
	return err;
}

enum err
resolve_peer(struct resolve **out, struct peer *p, resolve_fn *fn, void *arg)
{
	struct resolve *r = mem_new(struct resolve);
	enum err err = ERR_OK;
	size_t i;

	*out = NULL;
	if (r == NULL)
		return ERR_NOMEM;
	*r = (struct resolve){ .peer = p, .fn = fn, .arg = arg,
		.starting = true };
	r->deadline = loop_timer(on_deadline, r);
	if (r->deadline == NULL) {
		resolve_free(r);
		return ERR_NOMEM;
	}
	for (i = 0; i < p->conf->n_address; i++)
		err = ask_address(r, &p->conf->address[i]);
	if (p->conf->srv != NULL) {
		char name[300];

		snprintf(name, sizeof(name), "_sipfederationtls._tcp.%.255s",
		    p->conf->srv);
		err = ask(r, name, LDNS_RR_TYPE_SRV, DEFAULT_PORT, 0, 0);
	}
	r->starting = false;
	if (LIST_EMPTY(&r->queries)) {
		if (err)
			log_debug("resolve", "%s: %s", p->party.name,
			    err_text(err));
		finish(r);
		return ERR_OK;
	}
	loop_timer_start(r->deadline, DEADLINE_MS);
	*out = r;
	return ERR_OK;
}

enum err
resolve_start(const struct conf *c)
{
	size_t i;

	resolve_stop();
	ctx = ub_ctx_create_event(loop_base());
	if (ctx == NULL)
		return ERR_NOMEM;
	ub_ctx_hosts(ctx, NULL);
	for (i = 0; i < c->name_servers.n; i++) {
		/* "IP" or "IP port N" to libunbound's "IP@N" */
		struct str rest = str_of(c->name_servers.v[i]);
		struct str ip = str_split(&rest, ' ');
		char server[ADDR_TEXT + 16];
		unsigned port = 53;

		if (sscanf(rest.p, "port %u", &port) != 1)
			port = 53;
		snprintf(server, sizeof(server), "%.*s@%u", STR_FMT(ip), port);
		ub_ctx_set_fwd(ctx, server);
	}
	if (c->name_servers.n == 0)
		ub_ctx_resolvconf(ctx, NULL);
	return ERR_OK;
}

void
resolve_stop(void)
{
	if (ctx != NULL)
		ub_ctx_delete(ctx);
	ctx = NULL;
	/* What was under way will not be answered any more. */
	while (!LIST_EMPTY(&asked)) {
		struct query *q = LIST_FIRST(&asked);

		if (q->r != NULL)
			LIST_REMOVE(q, link);
		query_free(q);
	}
}
