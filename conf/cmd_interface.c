/* SPDX-License-Identifier: BSD-2-Clause */
/* interface NAME and federation. */
#include "base/mem.h"
#include "conf/bind.h"
#include "conf/object.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_LISTENS = 64 };

static enum err
apply_listen(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf_interface *f = o;
	unsigned port = a->n > 1 ? (unsigned)strtoul(a->word[1], NULL, 10)
				 : 5061;
	size_t i;

	for (i = 0; i < f->n_listen; i++)
		if (f->listen[i].port == port &&
		    strcmp(f->listen[i].ip, a->word[0]) == 0)
			break;
	if (a->no) {
		if (i == f->n_listen)
			return ERR_NOT_FOUND;
		mem_free(f->listen[i].ip);
		memmove(&f->listen[i], &f->listen[i + 1],
		    (--f->n_listen - i) * sizeof(*f->listen));
		return ERR_OK;
	}
	if (i < f->n_listen && s->report == NULL)
		return ERR_OK;
	if (f->n_listen >= MOST_LISTENS)
		return ERR_FULL;
	if (!mem_grow(f->listen, f->n_listen))
		return ERR_NOMEM;
	f->listen[f->n_listen] = (struct conf_listen){
		mem_strdup(a->word[0]), port, a->pos[0] };
	if (f->listen[f->n_listen].ip == NULL)
		return ERR_NOMEM;
	f->n_listen++;
	return ERR_OK;
}

static void
write_listen(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_interface *f = o;
	size_t i;

	for (i = 0; i < f->n_listen; i++)
		buf_printf(out, " listen %s port %u\n", f->listen[i].ip,
		    f->listen[i].port);
}

static const struct conf_cmd rows[] = {
	{ .syntax = "listen <ip:addr> [port <port:1-65535>]",
	  .summary = "Accept connections at this address",
	  .doc = "May be repeated. Port 5061 when left out.",
	  .apply = apply_listen, .write = write_listen },
	{ .syntax = "fqdn <name:fqdn>",
	  .summary = "Our name in Via and Record-Route on this side",
	  .doc = "Inside only; the outside uses the routing FQDN. Default: "
		 "the listening address.",
	  .bind = AT(BIND_STRING, conf_interface, fqdn) },
	{ .syntax = "identity trust-point <name>",
	  .summary = "Shown to callers that match no peer yet",
	  .doc = "Peers have an identity of their own.",
	  .bind = AT(BIND_REF, conf_interface, identity) },
	{ .syntax = NULL },
};

const struct conf_mode conf_mode_interface = {
	.name = "interface",
	.prompt = "(config-if)#",
	.parent = &conf_mode_global,
	.cmds = rows,
};

static const char *const discovery_words[] = { "off", "dns", NULL };

static enum err
apply_discovery(struct conf_session *s, void *o, const struct conf_args *a)
{
	((struct conf_federation *)o)->discovery_dns =
	    !a->no && a->chosen[0] == 1;
	return ERR_OK;
}

static void
write_discovery(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_federation *f = o;

	if (what == CONF_WRITE_ALL || f->discovery_dns)
		buf_printf(out, " discovery %s\n",
		    discovery_words[f->discovery_dns]);
}

static const struct conf_cmd federation_rows[] = {
	{ .syntax = "routing-fqdn <name:fqdn>",
	  .summary = "Our public name",
	  .doc = "The Federation Routing IM and Presence FQDN: SRV target, CN "
		 "and SAN of the public certificate, host of our Via and "
		 "Record-Route outside.",
	  .bind = AT(BIND_STRING, conf_federation, routing_fqdn) },
	{ .syntax = "domain <domain:fqdn>", .summary = "A domain of our own",
	  .doc = "May be repeated. Inside peers speak for these.",
	  .bind = AT(BIND_LIST, conf_federation, domains) },
	{ .syntax = "discovery {off|dns}",
	  .summary = "Partners that nobody configured",
	  .doc = "dns is accepted and warned about: this version does not "
		 "discover.", .dflt = "off",
	  .flags = CONF_NO_BARE, .apply = apply_discovery, .write = write_discovery },
	{ .syntax = NULL },
};

const struct conf_mode conf_mode_federation = {
	.name = "federation",
	.prompt = "(config-federation)#",
	.parent = &conf_mode_global,
	.cmds = federation_rows,
};
