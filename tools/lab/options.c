/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line: see options.h. */
#include "tools/lab/options.h"

#include "base/mem.h"
#include "base/str.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char *const deeds[DEEDS] = { "presence", "im", "options",
	"negotiate", "benotify" };

static const char help_text[] =
    "usage: sipfed-lab {imp|edge} [OPTION]...\n"
    "A simulated IM and Presence node, or Access Edge, behind mutual TLS.\n\n"
    "  --listen IP:PORT     accept connections of the proxy here\n"
    "  --connect IP:PORT    the proxy\n"
    "  --from IP            source address of our connections\n"
    "  --cert, --key, --ca FILE  PEM: ours, its key, what we trust\n"
    "  --peer-name FQDN     the proxy's certificate must carry it (CN or SAN)\n"
    "  --sni NAME           server name to ask for\n"
    "  --tls12              no TLS 1.3, as a Lync 2013\n"
    "  --fqdn NAME          our own host name (imp: the listening address;\n"
    "                       edge: sip.DOMAIN)\n"
    "  --domain, --user, --peer-domain, --peer-user NAME  who speaks to whom\n"
    "  --connections N      parallel connections (imp 1, edge 4; at most 16)\n"
    "  --no-negotiate       edge: do not offer compression on connect\n"
    "  --scenario LIST      run presence,im,options,negotiate,benotify or all\n"
    "  --expect LIST        the other side must have done these toward us\n"
    "  --serve              answer until SIGTERM\n"
    "  --serve-for SECONDS  answer for so long\n"
    "  --timeout SECONDS    patience with one step (5)\n"
    "  --ladder FILE        append a JSON line a message\n"
    "  --direct             the partner is another sipfed-lab: no proxy's\n"
    "                       Record-Route is asked for\n"
    "  --quiet, --verbose   summaries only; whole messages\n"
    "  --help\n";

enum {
	O_LISTEN = 256, O_CONNECT, O_FROM, O_CERT, O_KEY, O_CA, O_PEER_NAME,
	O_SNI, O_DOMAIN, O_USER, O_PEER_DOMAIN, O_PEER_USER, O_CONNECTIONS,
	O_SCENARIO, O_EXPECT, O_SERVE, O_SERVE_FOR, O_TIMEOUT, O_LADDER,
	O_DIRECT, O_QUIET, O_VERBOSE, O_HELP, O_FQDN, O_NO_NEGOTIATE, O_TLS12
};

static const struct option longopts[] = {
	{ "listen", 1, NULL, O_LISTEN },
	{ "connect", 1, NULL, O_CONNECT },
	{ "from", 1, NULL, O_FROM },
	{ "cert", 1, NULL, O_CERT },
	{ "key", 1, NULL, O_KEY },
	{ "ca", 1, NULL, O_CA },
	{ "peer-name", 1, NULL, O_PEER_NAME },
	{ "sni", 1, NULL, O_SNI },
	{ "domain", 1, NULL, O_DOMAIN },
	{ "user", 1, NULL, O_USER },
	{ "peer-domain", 1, NULL, O_PEER_DOMAIN },
	{ "peer-user", 1, NULL, O_PEER_USER },
	{ "connections", 1, NULL, O_CONNECTIONS },
	{ "scenario", 1, NULL, O_SCENARIO },
	{ "expect", 1, NULL, O_EXPECT },
	{ "serve", 0, NULL, O_SERVE },
	{ "serve-for", 1, NULL, O_SERVE_FOR },
	{ "timeout", 1, NULL, O_TIMEOUT },
	{ "ladder", 1, NULL, O_LADDER },
	{ "direct", 0, NULL, O_DIRECT },
	{ "quiet", 0, NULL, O_QUIET },
	{ "verbose", 0, NULL, O_VERBOSE },
	{ "help", 0, NULL, O_HELP },
	{ "fqdn", 1, NULL, O_FQDN },
	{ "no-negotiate", 0, NULL, O_NO_NEGOTIATE },
	{ "tls12", 0, NULL, O_TLS12 },
	{ NULL, 0, NULL, 0 },
};

const char *
deed_name(enum deed d)
{
	return deeds[d];
}

static bool
read_addr(struct addr *a, const char *text)
{
	const char *colon = strrchr(text, ':');
	uint64_t port;

	if (colon == NULL || !str_to_uint(str_of(colon + 1), 65535, &port))
		return false;
	return addr_parse(a, (struct str){ text, (size_t)(colon - text) },
		   (uint16_t)port) == ERR_OK;
}

static bool
read_seconds(long *ms, const char *text)
{
	uint64_t n;

	if (!str_to_uint(str_of(text), 1000000, &n) || n == 0)
		return false;
	*ms = (long)n * 1000;
	return true;
}

static bool
read_deeds(struct options *o, bool *set, bool *any, const char *text)
{
	struct str rest = str_of(text);

	while (rest.n > 0) {
		struct str word = str_trim(str_split(&rest, ','));
		bool all = str_is(word, "all"), known = all;
		size_t i;

		if (str_is(word, "serve")) {
			o->serve = true;
			continue;
		}
		for (i = 0; i < DEEDS; i++)
			if (all || str_is(word, deeds[i]))
				set[i] = *any = known = true;
		if (!known)
			return false;
	}
	return true;
}

static bool
read_switch(struct options *o, int c)
{
	switch (c) {
	case O_SERVE: o->serve = true; return true;
	case O_DIRECT: o->direct = true; return true;
	case O_QUIET: o->loud = 0; return true;
	case O_VERBOSE: o->loud = 2; return true;
	case O_NO_NEGOTIATE: o->negotiate = false; return true;
	case O_TLS12: o->tls12 = true; return true;
	default: return false;
	}
}

static bool
read_option(struct options *o, int c, const char *arg)
{
	uint64_t n;

	switch (c) {
	case O_LISTEN: return read_addr(&o->listen, arg);
	case O_CONNECT: return read_addr(&o->connect, arg);
	case O_FROM: return addr_parse(&o->from, str_of(arg), 0) == ERR_OK;
	case O_CERT: o->cert = arg; return true;
	case O_KEY: o->key = arg; return true;
	case O_CA: o->ca = arg; return true;
	case O_PEER_NAME: o->peer_name = arg; return true;
	case O_SNI: o->sni = arg; return true;
	case O_DOMAIN: o->domain = arg; return true;
	case O_USER: o->user = arg; return true;
	case O_PEER_DOMAIN: o->peer_domain = arg; return true;
	case O_PEER_USER: o->peer_user = arg; return true;
	case O_LADDER: o->ladder = arg; return true;
	case O_FQDN: o->host = arg; return strlen(arg) < 256;
	case O_TIMEOUT: return read_seconds(&o->timeout_ms, arg);
	case O_SERVE_FOR:
		o->serve = true;
		return read_seconds(&o->serve_ms, arg);
	case O_SCENARIO: return read_deeds(o, o->run, &o->any_run, arg);
	case O_EXPECT: return read_deeds(o, o->expect, &o->any_expect, arg);
	case O_CONNECTIONS:
		if (!str_to_uint(str_of(arg), 16, &n) || n == 0)
			return false;
		o->connections = (unsigned)n;
		return true;
	default: return read_switch(o, c);
	}
}

static void
presets(struct options *o, enum role role)
{
	bool edge = role == ROLE_EDGE;

	*o = (struct options){ .role = role,
		.who = edge ? "edge" : "imp",
		.user = edge ? "juliet" : "romeo",
		.domain = edge ? "contoso.com" : "example.com",
		.peer_user = edge ? "romeo" : "juliet",
		.peer_domain = edge ? "example.com" : "contoso.com",
		.connections = edge ? 4 : 1,
		.negotiate = edge,
		.timeout_ms = 5000,
		.loud = 1 };
}

/* What only all options together tell. */
static const char *
complete(struct options *o)
{
	if (o->cert == NULL || o->key == NULL || o->ca == NULL)
		return "--cert, --key and --ca are needed";
	if (o->listen.len == 0 && o->connect.len == 0)
		return "--listen or --connect is needed";
	if (o->any_run && o->connect.len == 0)
		return "--scenario needs --connect";
	if (strlen(o->user) + strlen(o->domain) + strlen(o->peer_user) +
		strlen(o->peer_domain) > 400)
		return "the names are too long";
	if (!o->any_run && !o->any_expect)
		o->serve = true;
	o->port = o->listen.len != 0 ? addr_port(&o->listen) : 5061;
	if (o->host == NULL && o->role == ROLE_EDGE)
		snprintf(o->host_text, sizeof(o->host_text), "sip.%.200s",
		    o->domain);
	else if (o->host == NULL && o->listen.len != 0)
		addr_ip(&o->listen, o->host_text);
	else if (o->host == NULL)
		snprintf(o->host_text, sizeof(o->host_text), "imp.%.200s",
		    o->domain);
	if (o->host == NULL)
		o->host = o->host_text;
	return NULL;
}

static enum err
complain(const char *what, const char *value)
{
	fprintf(stderr, "sipfed-lab: %s%s\ntry sipfed-lab --help\n", what,
	    value);
	return ERR_CONF_SYNTAX;
}

enum err
options_parse(struct options *o, int argc, char **argv, bool *help)
{
	const char *why;
	int c, index = 0;

	*help = argc > 1 && strcmp(argv[1], "--help") == 0;
	if (*help) {
		fputs(help_text, stdout);
		return ERR_OK;
	}
	if (argc < 2)
		return complain("which role, imp or edge?", "");
	if (strcmp(argv[1], "imp") != 0 && strcmp(argv[1], "edge") != 0)
		return complain("no such role: ", argv[1]);
	presets(o, argv[1][0] == 'i' ? ROLE_IMP : ROLE_EDGE);
	while ((c = getopt_long(argc - 1, argv + 1, "", longopts, &index)) !=
	    -1) {
		if (c == O_HELP) {
			*help = true;
			fputs(help_text, stdout);
			return ERR_OK;
		}
		if (c == '?')
			return ERR_CONF_SYNTAX;
		if (!read_option(o, c, optarg))
			return complain("not acceptable: --",
			    longopts[index].name);
	}
	if (optind != argc - 1)
		return complain("what is this: ", argv[optind + 1]);
	why = complete(o);
	return why == NULL ? ERR_OK : complain(why, "");
}
