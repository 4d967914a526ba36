/* SPDX-License-Identifier: BSD-2-Clause */
/* Global configuration: names, limits, and the blocks. */
#include "base/mem.h"
#include "conf/bind.h"
#include "conf/object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const levels[] = { "emergencies", "alerts", "critical",
	"errors", "warnings", "notifications", "informational", "debugging",
	NULL };

/* --- blocks --- */

static enum err
enter_trustpoint(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf *c = o;
	struct conf_trustpoint *t;
	void *got;
	bool made;
	enum err err;

	if (a->no) { /* control's action asks first; this is the bare fact */
		if (conf_trustpoint(c, a->word[0]) == NULL)
			return ERR_NOT_FOUND;
		return conf_trustpoint_remove(c, a->word[0]);
	}
	err = conf_object_get(&got, (void **)&c->trustpoints, a->word[0],
	    sizeof(*t), a->pos[0], &made);
	if (err)
		return err;
	t = got;
	if (made) {
		t->ca_check = t->accept_subordinates = true;
		t->retry_period = 1;
	}
	conf_enter(s, t);
	return ERR_OK;
}

static void
write_trustpoints(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_trustpoint *t;

	for (t = ((const struct conf *)o)->trustpoints; t; t = t->next) {
		buf_printf(out, "crypto ca trustpoint %s\n", t->name);
		conf_write_mode(&conf_mode_trustpoint, t, what, 1, out);
	}
}

static enum err
enter_chain(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf_trustpoint *t = conf_trustpoint(o, a->word[0]);

	if (t == NULL) {
		conf_session_error(s, "Trustpoint %s does not exist; type "
		    "'crypto ca trustpoint %s' first", a->word[0], a->word[0]);
		return ERR_CONF_REFERENCE;
	}
	conf_enter(s, t);
	return ERR_OK;
}

static void
write_chains(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_trustpoint *t;

	for (t = ((const struct conf *)o)->trustpoints; t; t = t->next)
		if (t->hex != NULL)
			buf_printf(out, "crypto ca certificate chain %s\n%s",
			    t->name, t->hex);
}

static enum err
enter_interface(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf *c = o;
	void *got;
	bool made;
	enum err err;

	if (a->no)
		return conf_interface_remove(c, a->word[0]);
	err = conf_object_get(&got, (void **)&c->interfaces, a->word[0],
	    sizeof(struct conf_interface), a->pos[0], &made);
	conf_enter(s, got);
	return err;
}

static void
write_interfaces(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_interface *f;

	for (f = ((const struct conf *)o)->interfaces; f; f = f->next) {
		buf_printf(out, "interface %s\n", f->name);
		conf_write_mode(&conf_mode_interface, f, what, 1, out);
	}
}

static enum err
enter_federation(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf *c = o;

	if (a->no) {
		conf_federation_clear(c);
		return ERR_OK;
	}
	c->federation.set = true;
	c->federation.pos = (struct conf_pos){ s->line, 1 };
	conf_enter(s, &c->federation);
	return ERR_OK;
}

static void
write_federation(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf *c = o;

	if (!c->federation.set)
		return;
	buf_puts(out, "federation\n");
	conf_write_mode(&conf_mode_federation, &c->federation, what, 1, out);
}

static enum err
enter_peer(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf *c = o;
	void *got = NULL;
	bool made;
	enum err err;

	if (a->no) {
		conf_session_forget(s, conf_peer(c, a->word[0]));
		return conf_peer_remove(c, a->word[0]);
	}
	err = conf_object_get(&got, (void **)&c->peers, a->word[0],
	    sizeof(struct conf_peer), a->pos[0], &made);
	conf_enter(s, got);
	return err;
}

static void
write_peers(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_peer *p;

	for (p = ((const struct conf *)o)->peers; p; p = p->next) {
		buf_printf(out, "peer %s\n", p->name);
		conf_write_mode(&conf_mode_peer, p, what, 1, out);
	}
}

static enum err
enter_inspect(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf *c = o;
	void *got = NULL;
	bool made;
	enum err err;

	if (a->no)
		return conf_inspect_remove(c, a->word[0]);
	err = conf_object_get(&got, (void **)&c->inspects, a->word[0],
	    sizeof(struct conf_inspect), a->pos[0], &made);
	conf_enter(s, got);
	return err;
}

static void
write_inspects(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_inspect *i;

	for (i = ((const struct conf *)o)->inspects; i; i = i->next) {
		buf_printf(out, "policy-map type inspect sip %s\n", i->name);
		conf_write_mode(&conf_mode_inspect, i, what, 1, out);
	}
}

/* --- lines with a shape of their own --- */

static enum err
apply_logging(struct conf_session *s, void *o, const struct conf_args *a)
{
	((struct conf *)o)->logging_level =
	    a->no ? 6 : a->chosen[a->n_chosen - 1];
	return ERR_OK;
}

static enum err
apply_logging_number(struct conf_session *s, void *o,
    const struct conf_args *a)
{
	((struct conf *)o)->logging_level =
	    a->no ? 6 : (unsigned)strtoul(a->word[0], NULL, 10);
	return ERR_OK;
}

static void
write_logging(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf *c = o;

	if (what == CONF_WRITE_ALL || c->logging_level != 6)
		buf_printf(out, "logging buffered %s\n",
		    levels[c->logging_level & 7]);
}

static enum err
apply_dns(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf_args joined = *a;
	const struct conf_cmd row = { .syntax = "dns name-server <ip>",
		.bind = AT(BIND_LIST, conf, name_servers) };
	char text[128];

	snprintf(text, sizeof(text), a->n > 1 ? "%.60s port %.8s" : "%.60s%s",
	    a->word[0], a->n > 1 ? a->word[1] : "");
	joined.word[0] = text;
	joined.n = 1;
	return conf_bind_apply(&row, o, &joined, s->line);
}

static void
write_dns(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_strings *l = &((const struct conf *)o)->name_servers;
	size_t i;

	for (i = 0; i < l->n; i++)
		buf_printf(out, "dns name-server %s\n", l->v[i]);
}

static const struct conf_cmd rows[] = {
	{ .syntax = "hostname <name:fqdn>", .summary = "The name of this device",
	  .doc = "Part of the prompt and of the default fqdn.",
	  .dflt = "sipfed", .bind = AT(BIND_STRING, conf, hostname) },
	{ .syntax = "domain-name <domain:fqdn>",
	  .summary = "The domain of this device",
	  .doc = "With hostname, the default fqdn of certificates.",
	  .bind = AT(BIND_STRING, conf, domain_name) },
	{ .syntax = "tls-proxy maximum-session <sessions:1-1000000>",
	  .summary = "TLS connections of one worker at most",
	  .doc = "Beyond it connections are closed and 446001 is logged.",
	  .dflt = "10000",
	  .bind = AT(BIND_UINT, conf, max_sessions, .dflt = 10000) },
	{ .syntax = "logging {buffered|console|monitor} {emergencies|alerts|"
		    "critical|errors|warnings|notifications|informational|"
		    "debugging}",
	  .summary = "What is logged", .doc = "One level for all places.",
	  .dflt = "informational",
	  .flags = CONF_NO_BARE, .apply = apply_logging, .write = write_logging },
	{ .syntax = "logging {buffered|console|monitor} <level:0-7>",
	  .summary = "What is logged", .doc = "The level as a number.",
	  .flags = CONF_HIDDEN, .apply = apply_logging_number },
	{ .syntax = "timeout handshake <seconds:1-300>",
	  .summary = "Give up on a handshake after this long",
	  .doc = "Counted from accept or connect.", .dflt = "10",
	  .bind = AT(BIND_UINT, conf, handshake_s, .dflt = 10) },
	{ .syntax = "timeout idle <seconds:10-86400>",
	  .summary = "Close a silent connection after this long",
	  .doc = "No byte either way.", .dflt = "3600",
	  .bind = AT(BIND_UINT, conf, idle_s, .dflt = 3600) },
	{ .syntax = "dns name-server <ip:addr> [port <port:1-65535>]",
	  .summary = "A name server", .doc = "Default: the system's.",
	  .apply = apply_dns, .write = write_dns },
	{ .syntax = "crypto ca trustpoint <name>",
	  .summary = "A trustpoint: identity and CA certificate",
	  .doc = "Enters its block; an existing one is edited.",
	  .apply = enter_trustpoint, .write = write_trustpoints,
	  .enter = &conf_mode_trustpoint },
	{ .syntax = "crypto ca certificate chain <name>",
	  .summary = "The certificates of a trustpoint",
	  .doc = "In a shell, to remove one; in a file, hex blocks as an "
		 "ASA writes them.",
	  .apply = enter_chain, .write = write_chains,
	  .enter = &conf_mode_cert_chain },
	{ .syntax = "interface <name>", .summary = "A side to listen on",
	  .doc = "Usually `inside` and `outside`.",
	  .apply = enter_interface, .write = write_interfaces,
	  .enter = &conf_mode_interface },
	{ .syntax = "federation", .summary = "Our own name and domains",
	  .doc = "There is one.",
	  .apply = enter_federation, .write = write_federation,
	  .enter = &conf_mode_federation },
	{ .syntax = "peer <name>", .summary = "A partner",
	  .doc = "An IM and Presence node inside, an Edge outside.",
	  .apply = enter_peer, .write = write_peers,
	  .enter = &conf_mode_peer },
	{ .syntax = "policy-map type inspect sip <name>",
	  .summary = "What is inspected in SIP messages",
	  .doc = "Used by a peer's `inspect sip`.",
	  .apply = enter_inspect, .write = write_inspects,
	  .enter = &conf_mode_inspect },
	{ .syntax = NULL },
};

const struct conf_mode conf_mode_global = {
	.name = "configuration mode",
	.prompt = "(config)#",
	.parent = &conf_mode_exec,
	.cmds = rows,
};
