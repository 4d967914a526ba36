/* SPDX-License-Identifier: BSD-2-Clause */
/* peer NAME, and policy-map type inspect sip NAME. */
#include "base/mem.h"
#include "conf/bind.h"
#include "conf/object.h"

#include <stdlib.h>
#include <string.h>

#define PEER conf_peer

enum { MOST_ADDRESSES = 256 };

static const char *const types[] = { "generic", "im-and-presence", "lync",
	"ocs", "aol", NULL };
static const char *const checks[] = { "san-or-cn", "san", "cn", NULL };
static const char *const ekus[] = { "role", "both", "exact", "any", NULL };

static enum err
apply_address(struct conf_session *s, void *o, const struct conf_args *a)
{
	const char *port = conf_arg(a, "port"), *pri = conf_arg(a, "priority");
	struct conf_peer *p = o;
	size_t i;

	for (i = 0; i < p->n_address; i++)
		if (strcmp(p->address[i].host, a->word[0]) == 0 &&
		    (port == NULL ||
			p->address[i].port == strtoul(port, NULL, 10)))
			break;
	if (a->no) {
		if (i == p->n_address)
			return ERR_NOT_FOUND;
		mem_free(p->address[i].host);
		memmove(&p->address[i], &p->address[i + 1],
		    (--p->n_address - i) * sizeof(*p->address));
		return ERR_OK;
	}
	if (i == p->n_address) {
		if (i >= MOST_ADDRESSES)
			return ERR_FULL;
		if (!mem_grow(p->address, p->n_address))
			return ERR_NOMEM;
		p->address[i].host = mem_strdup(a->word[0]);
		if (p->address[i].host == NULL)
			return ERR_NOMEM;
		p->n_address++;
	}
	p->address[i].port =
	    port != NULL ? (unsigned)strtoul(port, NULL, 10) : 5061;
	p->address[i].priority =
	    pri != NULL ? (unsigned)strtoul(pri, NULL, 10) : 1;
	return ERR_OK;
}

static void
write_address(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_peer *p = o;
	size_t i;

	for (i = 0; i < p->n_address; i++)
		buf_printf(out, " address %s port %u priority %u\n",
		    p->address[i].host, p->address[i].port,
		    p->address[i].priority);
}

/* Presets show in `running-config all`. */
static enum err
apply_side(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf_peer *p = o;

	if (a->no)
		p->side = CONF_SIDE_UNSET;
	else
		p->side = a->chosen[0] == 0 ? CONF_SIDE_INSIDE
					    : CONF_SIDE_OUTSIDE;
	return ERR_OK;
}

static void
write_side(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_peer *p = o;

	if (what == CONF_WRITE_ALL || p->side != CONF_SIDE_UNSET)
		buf_printf(out, " side %s\n",
		    conf_peer_side(p) == CONF_SIDE_INSIDE ? "inside"
							  : "outside");
}

static enum err
apply_check(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf_peer *p = o;

	p->identity_check_set = !a->no;
	p->identity_check = a->no ? 0 : a->chosen[0];
	return ERR_OK;
}

static void
write_check(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_peer *p = o;

	if (what == CONF_WRITE_ALL || p->identity_check_set)
		buf_printf(out, " identity-check %s\n",
		    checks[conf_peer_identity_check(p)]);
}

static enum err
apply_eku(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf_peer *p = o;

	p->eku_set = !a->no;
	p->eku = a->no ? 0 : a->chosen[0];
	return ERR_OK;
}

static void
write_eku(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_peer *p = o;

	if (what == CONF_WRITE_ALL || p->eku_set)
		buf_printf(out, " eku %s\n", ekus[conf_peer_eku(p)]);
}

static const char *const versions[] = { "tlsv1", "tlsv1.1", "tlsv1.2",
	"tlsv1.3" };

static enum err
apply_tls_min(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf_peer *p = o;

	return mem_set_string(
		   &p->tls_min, a->no ? NULL : versions[a->chosen[0]])
	    ? ERR_OK : ERR_NOMEM;
}

static enum err
apply_tls_max(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf_peer *p = o;

	return mem_set_string(
		   &p->tls_max, a->no ? NULL : versions[a->chosen[0]])
	    ? ERR_OK : ERR_NOMEM;
}

static void
write_tls_min(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_peer *p = o;

	if (p->tls_min != NULL || what == CONF_WRITE_ALL)
		buf_printf(out, " tls min-version %s\n",
		    p->tls_min != NULL ? p->tls_min
				       : p->tls_legacy ? "tlsv1" : "tlsv1.2");
}

static void
write_tls_max(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_peer *p = o;

	if (p->tls_max != NULL || what == CONF_WRITE_ALL)
		buf_printf(out, " tls max-version %s\n",
		    p->tls_max != NULL ? p->tls_max : "tlsv1.3");
}

static const struct conf_cmd rows[] = {
	{ .syntax = "type {generic|im-and-presence|lync|ocs|aol}",
	  .summary = "What the partner is: presets defaults",
	  .doc = "im-and-presence: side inside, identity-check cn. lync, ocs: "
		 "eku both. aol: identity-check cn, eku both.",
	  .dflt = "generic",
	  .bind = AT(BIND_ENUM, PEER, type, .words = types) },
	{ .syntax = "side {inside|outside}",
	  .summary = "Which side it is on",
	  .doc = "By its type; a generic peer is inside when its interface "
		 "is called inside and it has no domain.",
	  .flags = CONF_NO_BARE, .apply = apply_side, .write = write_side },
	{ .syntax = "interface <name>", .summary = "Where it connects",
	  .doc = "An `interface` block.",
	  .bind = AT(BIND_REF, PEER, interface) },
	{ .syntax = "address <host:host> [port <port:1-65535>] "
		    "[priority <priority:1-65535>]",
	  .summary = "Where to reach it",
	  .doc = "May be repeated; lower priorities first. Port 5061.",
	  .apply = apply_address, .write = write_address },
	{ .syntax = "srv <domain:fqdn>",
	  .summary = "Find it by DNS SRV _sipfederationtls._tcp",
	  .doc = "In place of, or after, its addresses.",
	  .bind = AT(BIND_STRING, PEER, srv) },
	{ .syntax = "fqdn <name:host>",
	  .summary = "A name that its certificate must carry",
	  .doc = "May be repeated. Default: its addresses.",
	  .bind = AT(BIND_LIST, PEER, fqdns) },
	{ .syntax = "domain <domain:fqdn>", .summary = "A domain it speaks for",
	  .doc = "May be repeated; no sub-domains.",
	  .bind = AT(BIND_LIST, PEER, domains) },
	{ .syntax = "identity trust-point <name>",
	  .summary = "The certificate we show it",
	  .doc = "In both roles, unless one is given for a role.",
	  .bind = AT(BIND_REF, PEER, identity) },
	{ .syntax = "identity server trust-point <name>",
	  .summary = "What we show when it connects to us",
	  .doc = "Default: `identity trust-point`.",
	  .bind = AT(BIND_REF, PEER, identity_server) },
	{ .syntax = "identity client trust-point <name>",
	  .summary = "What we show when we connect to it",
	  .doc = "Default: `identity trust-point`.",
	  .bind = AT(BIND_REF, PEER, identity_client) },
	{ .syntax = "validate trust-point <name>",
	  .summary = "Its chain must end in this trustpoint's certificate",
	  .doc = "May be repeated. Never any CA on the box.",
	  .bind = AT(BIND_REFS, PEER, validate) },
	{ .syntax = "identity-check {san-or-cn|san|cn}",
	  .summary = "Which names of its certificate count",
	  .doc = "san-or-cn: RFC 5922; cn: as IM and Presence and AOL do.",
	  .flags = CONF_NO_BARE, .apply = apply_check, .write = write_check },
	{ .syntax = "eku {role|both|exact|any}",
	  .summary = "Which extended key usages it must carry",
	  .doc = "role: the one of the leg, if it has any; both; exact: both "
		 "and no other; any.",
	  .flags = CONF_NO_BARE, .apply = apply_eku, .write = write_eku },
	{ .syntax = "allow-wildcard", .summary = "Accept *.example.com",
	  .doc = "For the left-most label, whole.",
	  .bind = AT(BIND_ON, PEER, allow_wildcard) },
	{ .syntax = "allow-anonymous",
	  .summary = "Accept a From without a domain",
	  .doc = "tel: and anonymous.invalid.",
	  .bind = AT(BIND_ON, PEER, allow_anonymous) },
	{ .syntax = "tls min-version {tlsv1|tlsv1.1|tlsv1.2|tlsv1.3}",
	  .summary = "The oldest TLS version", .doc = "Below 1.2 only under "
	  "`tls legacy`.", .dflt = "tlsv1.2",
	  .flags = CONF_NO_BARE, .apply = apply_tls_min, .write = write_tls_min },
	{ .syntax = "tls max-version {tlsv1|tlsv1.1|tlsv1.2|tlsv1.3}",
	  .summary = "The newest TLS version", .doc = "For trials.",
	  .dflt = "tlsv1.3",
	  .flags = CONF_NO_BARE, .apply = apply_tls_max, .write = write_tls_max },
	{ .syntax = "tls cipher-suite <cipher>...",
	  .summary = "Ciphers of TLS 1.2 and older, in order",
	  .doc = "aes128-sha1, aes256-sha1, aes128-gcm, aes256-gcm, chacha20, "
		 "default, or OpenSSL's names. Debian's OpenSSL has no 3DES "
		 "and no RC4.", .bind = AT(BIND_WORDS, PEER, ciphers) },
	{ .syntax = "tls legacy",
	  .summary = "Open TLS 1.0 and weak keys for this peer",
	  .doc = "Logged. For OCS and Lync 2010.",
	  .bind = AT(BIND_ON, PEER, tls_legacy) },
	{ .syntax = "inspect sip <name>", .summary = "Inspect what it sends",
	  .doc = "A `policy-map type inspect sip`.",
	  .bind = AT(BIND_REF, PEER, inspect) },
	{ .syntax = "shutdown", .summary = "Do not talk to it",
	  .doc = "Its connections are closed.",
	  .bind = AT(BIND_ON, PEER, shutdown) },
	{ .syntax = NULL },
};

const struct conf_mode conf_mode_peer = {
	.name = "peer",
	.prompt = "(config-peer)#",
	.parent = &conf_mode_global,
	.cmds = rows,
};

/* --- policy-map type inspect sip --- */

static const char *const actions[] = { "drop", "drop-connection", "reset",
	"log" };

static enum err
apply_hops(struct conf_session *s, void *o, const struct conf_args *a)
{
	struct conf_inspect *i = o;

	i->max_forwards =
	    a->no ? CONF_ACT_NONE : (enum conf_action)(a->chosen[0] + 1);
	i->max_forwards_log = !a->no && a->has[0];
	return ERR_OK;
}

static void
write_hops(const void *o, enum conf_write_what what, struct buf *out)
{
	const struct conf_inspect *i = o;

	if (i->max_forwards != CONF_ACT_NONE)
		buf_printf(out, "  max-forwards-validation action %s%s\n",
		    actions[i->max_forwards - 1],
		    i->max_forwards_log ? " log" : "");
}

static const struct conf_cmd parameter_rows[] = {
	{ .syntax = "max-forwards-validation action "
		    "{drop|drop-connection|reset|log} [log]",
	  .summary = "What to do when Max-Forwards is 0",
	  .doc = "Without it such a request is answered 483.",
	  .flags = CONF_NO_BARE, .apply = apply_hops, .write = write_hops },
	{ .syntax = NULL },
};

const struct conf_mode conf_mode_inspect_parameters = {
	.name = "parameters",
	.prompt = "(config-pmap-p)#",
	.parent = &conf_mode_inspect,
	.cmds = parameter_rows,
};

static enum err
enter_parameters(struct conf_session *s, void *o, const struct conf_args *a)
{
	conf_enter(s, o);
	return ERR_OK;
}

static void
write_parameters(const void *o, enum conf_write_what what, struct buf *out)
{
	buf_puts(out, " parameters\n");
	conf_write_mode(&conf_mode_inspect_parameters, o, what, 2, out);
}

static const struct conf_cmd inspect_rows[] = {
	{ .syntax = "parameters", .summary = "Parameters of the inspection",
	  .doc = "Enters their block.",
	  .apply = enter_parameters, .write = write_parameters,
	  .enter = &conf_mode_inspect_parameters },
	{ .syntax = NULL },
};

const struct conf_mode conf_mode_inspect = {
	.name = "policy-map type inspect sip",
	.prompt = "(config-pmap)#",
	.parent = &conf_mode_global,
	.cmds = inspect_rows,
};
