/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking things up in a snapshot, and its life; built in build.c. */
#include "proxy/snapshot.h"

#include "base/mem.h"

#include <unistd.h>

enum { DEFAULT_PORT = 5061 };

struct snapshot *
snapshot_ref(struct snapshot *s)
{
	s->refs++;
	return s;
}

void
snapshot_unref(struct snapshot *s)
{
	size_t i;

	if (s == NULL || --s->refs != 0)
		return;
	for (i = 0; i < s->n_fronts; i++)
		tls_front_fini(&s->fronts[i]);
	for (i = 0; i < s->n_peers; i++) {
		tls_party_fini(&s->peers[i].party);
		mem_free(s->peers[i].down);
	}
	for (i = 0; i < s->n_listeners; i++)
		if (s->listeners[i].fd >= 0)
			close(s->listeners[i].fd);
	mem_free(s->fronts);
	mem_free(s->peers);
	mem_free(s->listeners);
	conf_free(s->conf);
	mem_free(s);
}

struct peer *
snapshot_peer(const struct snapshot *s, uint64_t id)
{
	size_t i;

	for (i = 0; i < s->n_peers; i++)
		if (s->peers[i].id == id)
			return &s->peers[i];
	return NULL;
}

static bool
in_list(const struct conf_strings *list, struct str name)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (str_is(name, list->v[i]))
			return true;
	return false;
}

/* A name in a URI may end in the root's dot. */
static struct str
no_root_dot(struct str name)
{
	if (name.n > 1 && name.p[name.n - 1] == '.')
		name.n--;
	return name;
}

bool
snapshot_own_domain(const struct snapshot *s, struct str domain)
{
	return in_list(&s->conf->federation.domains, no_root_dot(domain));
}

bool
peer_speaks_for(const struct peer *p, struct str domain)
{
	domain = no_root_dot(domain);
	if (domain.n == 0)
		return false;
	if (in_list(&p->conf->domains, domain))
		return true;
	return p->side == CONF_SIDE_INSIDE && p->conf->domains.n == 0 &&
	    snapshot_own_domain(p->snap, domain);
}

struct peer *
snapshot_peer_of_domain(const struct snapshot *s, struct str domain)
{
	size_t i;

	for (i = 0; i < s->n_peers; i++)
		if (in_list(&s->peers[i].conf->domains, no_root_dot(domain)))
			return &s->peers[i];
	return NULL;
}

struct peer *
snapshot_peer_of_host(const struct snapshot *s, struct str host)
{
	size_t i, k;

	host = no_root_dot(host);
	for (i = 0; i < s->n_peers; i++) {
		const struct conf_peer *c = s->peers[i].conf;

		if (in_list(&c->fqdns, host))
			return &s->peers[i];
		for (k = 0; k < c->n_address; k++)
			if (str_is(host, c->address[k].host))
				return &s->peers[i];
	}
	return NULL;
}

struct peer *
snapshot_inside_peer(const struct snapshot *s)
{
	struct peer *spare = NULL;
	size_t i;

	for (i = 0; i < s->n_peers; i++) {
		struct peer *p = &s->peers[i];

		if (p->side != CONF_SIDE_INSIDE || p->conf->shutdown)
			continue;
		if (p->down == NULL)
			return p;
		if (spare == NULL)
			spare = p;
	}
	return spare;
}

static bool
port_of_ours(const struct snapshot *s, uint16_t port)
{
	size_t i;

	for (i = 0; i < s->n_listeners; i++)
		if (addr_port(&s->listeners[i].local) == port)
			return true;
	return false;
}

bool
snapshot_is_us(const struct snapshot *s, struct str host, uint16_t port)
{
	const struct conf_interface *f;
	size_t i;

	host = no_root_dot(host);
	if (!port_of_ours(s, port != 0 ? port : DEFAULT_PORT))
		return false;
	if (s->conf->federation.routing_fqdn != NULL &&
	    str_is(host, s->conf->federation.routing_fqdn))
		return true;
	for (f = s->conf->interfaces; f != NULL; f = f->next)
		if (f->fqdn != NULL && str_is(host, f->fqdn))
			return true;
	for (i = 0; i < s->n_listeners; i++) {
		struct addr a;

		if (addr_parse(&a, host, 0) == ERR_OK &&
		    addr_same_host(&a, &s->listeners[i].local))
			return true;
	}
	return false;
}
