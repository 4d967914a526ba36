/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration's life, and looking things up in it. */
#include "conf/model.h"

#include "base/mem.h"
#include "conf/object.h"

#include <string.h>

enum err
conf_new(struct conf **out)
{
	struct conf *c = mem_new(struct conf);

	if (c == NULL)
		return ERR_NOMEM;
	c->hostname = mem_strdup("sipfed");
	c->max_sessions = 10000;
	c->logging_level = 6;
	c->handshake_s = 10;
	c->idle_s = 3600;
	if (c->hostname == NULL) {
		conf_free(c);
		return ERR_NOMEM;
	}
	*out = c;
	return ERR_OK;
}

static void
strings_free(struct conf_strings *s)
{
	while (s->n > 0)
		mem_free(s->v[--s->n]);
	mem_free(s->v);
	s->v = NULL;
}

static void
trustpoint_free(struct conf_trustpoint *t)
{
	char *all[] = { t->name, t->url, t->fqdn, t->subject_name, t->keypair,
		t->ip_address, t->email, t->password, t->client_types,
		t->validation_usage, t->id_usage, t->revocation_check,
		t->ocsp_url, t->hex };
	size_t i;

	for (i = 0; i < countof(all); i++)
		mem_free(all[i]);
	mem_free(t);
}

static void
interface_free(struct conf_interface *f)
{
	while (f->n_listen > 0)
		mem_free(f->listen[--f->n_listen].ip);
	mem_free(f->listen);
	mem_free(f->name);
	mem_free(f->fqdn);
	mem_free(f->identity.name);
	mem_free(f);
}

static void
peer_free(struct conf_peer *p)
{
	char *all[] = { p->name, p->interface.name, p->srv, p->identity.name,
		p->identity_server.name, p->identity_client.name, p->tls_min,
		p->tls_max, p->ciphers, p->inspect.name };
	size_t i;

	for (i = 0; i < countof(all); i++)
		mem_free(all[i]);
	while (p->n_address > 0)
		mem_free(p->address[--p->n_address].host);
	mem_free(p->address);
	while (p->n_validate > 0)
		mem_free(p->validate[--p->n_validate].name);
	mem_free(p->validate);
	strings_free(&p->fqdns);
	strings_free(&p->domains);
	mem_free(p);
}

static void
inspect_free(struct conf_inspect *i)
{
	mem_free(i->name);
	mem_free(i);
}

#define FREE_ALL(list, free_one)                                               \
	while ((list) != NULL) {                                               \
		void *next_ = (list)->next;                                    \
		free_one(list);                                                \
		(list) = next_;                                                \
	}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	FREE_ALL(c->trustpoints, trustpoint_free)
	FREE_ALL(c->interfaces, interface_free)
	FREE_ALL(c->peers, peer_free)
	FREE_ALL(c->inspects, inspect_free)
	strings_free(&c->federation.domains);
	strings_free(&c->name_servers);
	mem_free(c->federation.routing_fqdn);
	mem_free(c->hostname);
	mem_free(c->domain_name);
	mem_free(c);
}

/* Every kind of block begins with `next`, `name`, `pos`. */
#define FIND(type, list)                                                       \
	struct type *o_;                                                       \
	for (o_ = (list); name != NULL && o_ != NULL; o_ = o_->next)           \
		if (strcmp(o_->name, name) == 0)                               \
			return o_;                                             \
	return NULL

struct conf_trustpoint *
conf_trustpoint(const struct conf *c, const char *name)
{
	FIND(conf_trustpoint, c->trustpoints);
}

struct conf_interface *
conf_interface(const struct conf *c, const char *name)
{
	FIND(conf_interface, c->interfaces);
}

struct conf_peer *
conf_peer(const struct conf *c, const char *name)
{
	FIND(conf_peer, c->peers);
}

struct conf_inspect *
conf_inspect(const struct conf *c, const char *name)
{
	FIND(conf_inspect, c->inspects);
}

/* Unlink one block by name and free it. */
#define REMOVE(type, list, free_one)                                           \
	struct type **at_;                                                     \
	for (at_ = &(list); *at_ != NULL; at_ = &(*at_)->next)                 \
		if (strcmp((*at_)->name, name) == 0) {                         \
			struct type *gone_ = *at_;                             \
			*at_ = gone_->next;                                    \
			free_one(gone_);                                       \
			return ERR_OK;                                         \
		}                                                              \
	return ERR_NOT_FOUND

enum err
conf_trustpoint_remove(struct conf *c, const char *name)
{
	REMOVE(conf_trustpoint, c->trustpoints, trustpoint_free);
}

enum err
conf_interface_remove(struct conf *c, const char *name)
{
	REMOVE(conf_interface, c->interfaces, interface_free);
}

enum err
conf_peer_remove(struct conf *c, const char *name)
{
	REMOVE(conf_peer, c->peers, peer_free);
}

enum err
conf_inspect_remove(struct conf *c, const char *name)
{
	REMOVE(conf_inspect, c->inspects, inspect_free);
}

void
conf_federation_clear(struct conf *c)
{
	strings_free(&c->federation.domains);
	mem_free(c->federation.routing_fqdn);
	memset(&c->federation, 0, sizeof(c->federation));
}
