/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The show commands: each gathers one JSON document; the text is written from
 * the same document, so that -j and the screen cannot differ.
 */
#include "config.h"

#include "control/control.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/loop.h"
#include "conf/session.h"

#include <event2/event.h>
#include <openssl/crypto.h>
#include <string.h>

typedef json_t *gather_fn(const struct conf_args *a);
typedef void print_fn(struct buf *out, json_t *doc, const struct conf_args *a);

static const char *
text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static long long
num(const json_t *o, const char *key)
{
	return (long long)json_integer_value(json_object_get(o, key));
}

static enum err
answer(struct conf_session *s, const struct conf_args *a, json_t *doc,
    print_fn *print)
{
	struct buf *out = conf_session_out(s);
	char *dump;

	if (doc == NULL)
		return ERR_NOMEM;
	if (conf_session_json(s)) {
		dump = json_dumps(doc, JSON_INDENT(1));
		if (dump != NULL)
			buf_printf(out, "%s\n", dump);
		mem_free(dump);
	} else {
		print(out, doc, a);
	}
	json_decref(doc);
	return ERR_OK;
}

/* --- show version --- */

static json_t *
gather_version(const struct conf_args *a)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:I,s:i,s:i}", "name", PACKAGE_NAME,
	    "version", PACKAGE_VERSION, "openssl",
	    OpenSSL_version(OPENSSL_VERSION_STRING), "libevent",
	    event_get_version(), "up_s",
	    (json_int_t)(loop_now_ms() - control.started_ms) / 1000, "workers",
	    workers_count(), "max_sessions", (int)control.conf->max_sessions);
}

static void
print_version(struct buf *out, json_t *d, const struct conf_args *a)
{
	long long up = num(d, "up_s");

	buf_printf(out, "sipfed Version %s\n\n%s up %lld days %lld hours "
	    "%lld mins %lld secs\n\nOpenSSL %s, libevent %s\n%lld workers\n"
	    "Total TLS Proxy Sessions : %lld\n",
	    text(d, "version"), control.conf->hostname, up / 86400,
	    up / 3600 % 24, up / 60 % 60, up % 60, text(d, "openssl"),
	    text(d, "libevent"), num(d, "workers"), num(d, "max_sessions"));
}

/* --- show federation --- */

static const char *const type_words[] = {
	[CONF_PEER_GENERIC] = "generic", [CONF_PEER_IMP] = "im-and-presence",
	[CONF_PEER_LYNC] = "lync", [CONF_PEER_OCS] = "ocs",
	[CONF_PEER_AOL] = "aol" };

static json_t *
strings(const struct conf_strings *list)
{
	json_t *a = json_array();
	size_t i;

	for (i = 0; i < list->n; i++)
		json_array_append_new(a, json_string(list->v[i]));
	return a;
}

static json_t *
last_verdict(const char *peer)
{
	json_t *all = history_verdicts(peer);
	json_t *v = json_incref(json_array_get(all, 0));

	json_decref(all);
	return v != NULL ? v : json_null();
}

static json_t *
counters(const struct stats_peer *sum)
{
	json_t *o = json_object();
	size_t i;

	for (i = 0; stats_name(i) != NULL; i++)
		json_object_set_new(o, stats_name(i),
		    json_integer((json_int_t)stats_value(sum, i)));
	return o;
}

static json_t *
peer_row(const struct conf_peer *p)
{
	struct stats_peer sum;
	const char *state = "idle";
	json_t *v = last_verdict(p->name);

	workers_sum(p->name, &sum);
	if (p->shutdown)
		state = "shutdown";
	else if (sum.conns_in + sum.conns_out != 0)
		state = "up";
	else if (json_is_false(json_object_get(v, "ok")))
		state = "refused";
	else if (sum.dial_failed != 0 && sum.dialled == 0)
		state = "unreachable";
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:o,s:o,"
			 "s:o,s:o}",
	    "name", p->name, "type", type_words[p->type], "side",
	    conf_peer_side(p) == CONF_SIDE_INSIDE ? "inside" : "outside",
	    "interface", p->interface.name != NULL ? p->interface.name : "",
	    "state", state, "connections_in", (json_int_t)sum.conns_in,
	    "connections_out", (json_int_t)sum.conns_out, "messages_in",
	    (json_int_t)sum.messages_in, "messages_out",
	    (json_int_t)sum.messages_out, "refused", (json_int_t)sum.refused,
	    "last_verdict", v, "domains", strings(&p->domains), "fqdns",
	    strings(&p->fqdns), "counters", counters(&sum));
}

static json_t *
gather_federation(const struct conf_args *a)
{
	json_t *peers = json_array();
	const struct conf_peer *p;

	for (p = control.conf->peers; p != NULL; p = p->next)
		json_array_append_new(peers, peer_row(p));
	return json_pack("{s:s?,s:o,s:I,s:o,s:o}", "routing_fqdn",
	    control.conf->federation.routing_fqdn, "domains",
	    strings(&control.conf->federation.domains), "generation",
	    (json_int_t)control.generation, "peers", peers, "workers",
	    workers_json());
}

static void
print_federation(struct buf *out, json_t *d, const struct conf_args *a)
{
	json_t *p, *w;
	size_t i;

	buf_printf(out, "Routing FQDN: %s, generation %lld\n\n",
	    text(d, "routing_fqdn")[0] != '\0' ? text(d, "routing_fqdn") : "-",
	    num(d, "generation"));
	buf_printf(out, "%-18s %-16s %-10s %-11s %4s %4s %9s %9s %8s  %s\n",
	    "Peer", "Type", "Interface", "State", "In", "Out", "Msgs in",
	    "Msgs out", "Refused", "Last verdict");
	json_array_foreach(json_object_get(d, "peers"), i, p)
		buf_printf(out,
		    "%-18s %-16s %-10s %-11s %4lld %4lld %9lld %9lld %8lld  %s\n",
		    text(p, "name"), text(p, "type"), text(p, "interface"),
		    text(p, "state"), num(p, "connections_in"),
		    num(p, "connections_out"), num(p, "messages_in"),
		    num(p, "messages_out"), num(p, "refused"),
		    text(json_object_get(p, "last_verdict"), "check"));
	buf_puts(out, "\n");
	json_array_foreach(json_object_get(d, "workers"), i, w)
	{
		buf_printf(out, "Worker %lld: pid %lld, generation %lld, "
				"%lld sessions, %lld transactions\n",
		    num(w, "index"), num(w, "pid"), num(w, "generation"),
		    num(w, "sessions"), num(w, "transactions"));
		if (text(w, "rejected")[0] != '\0')
			buf_printf(out, "  rejected: %s\n",
			    text(w, "rejected"));
	}
}

/* --- show federation peer NAME --- */

static void
print_verdict(struct buf *out, json_t *v)
{
	bool ok = json_is_true(json_object_get(v, "ok"));

	buf_printf(out, "  %s %s %s as %s: %s%s %s %s\n", text(v, "time"),
	    ok ? "admitted" : "REFUSED", text(v, "remote"), text(v, "role"),
	    ok ? "" : "check ", text(v, "check"), text(v, "protocol"),
	    json_is_true(json_object_get(v, "resumed")) ? "(resumed)" : "");
	buf_printf(out, "    subject:  %s\n", text(v, "subject"));
	if (ok) {
		buf_printf(out, "    anchor:   %s\n", text(v, "anchor"));
		return;
	}
	buf_printf(out, "    expected: %s\n    seen:     %s\n    remedy:   %s\n",
	    text(v, "expected"), text(v, "seen"), text(v, "remedy"));
}

static void
print_peer(struct buf *out, json_t *d, const struct conf_args *a)
{
	json_t *p = json_array_get(json_object_get(d, "peers"), 0), *v;
	const char *key;
	json_t *value;
	size_t i;

	buf_printf(out, "Peer %s: %s, %s, interface %s, %s\n",
	    text(p, "name"), text(p, "type"), text(p, "side"),
	    text(p, "interface"), text(p, "state"));
	json_array_foreach(json_object_get(p, "fqdns"), i, v)
		buf_printf(out, "  expected name: %s\n", json_string_value(v));
	json_array_foreach(json_object_get(p, "domains"), i, v)
		buf_printf(out, "  domain: %s\n", json_string_value(v));
	json_object_foreach(json_object_get(p, "counters"), key, value)
		buf_printf(out, "  %-14s %lld\n", key,
		    (long long)json_integer_value(value));
	buf_printf(out, "Verdicts, newest first:\n");
	json_array_foreach(json_object_get(p, "verdicts"), i, v)
		print_verdict(out, v);
	if (json_array_size(json_object_get(p, "verdicts")) == 0)
		buf_puts(out, "  none yet\n");
}

static enum err
run_peer(struct conf_session *s, const struct conf_args *a)
{
	const char *name = conf_arg(a, "name");
	const struct conf_peer *p = conf_peer(control.conf, name);
	json_t *row;

	if (p == NULL) {
		conf_session_error(s, "there is no peer %s; 'show federation' "
				      "lists them", name);
		return ERR_OK;
	}
	row = peer_row(p);
	json_object_set_new(row, "verdicts", history_verdicts(p->name));
	return answer(s, a, json_pack("{s:[o]}", "peers", row), print_peer);
}

/* --- show tls-proxy session [detail] --- */

static void
print_sessions(struct buf *out, json_t *d, bool detail)
{
	json_t *s;
	size_t i;

	buf_printf(out, "%lld in use, %lld most used\n", num(d, "in_use"),
	    num(d, "most_used"));
	json_array_foreach(json_object_get(d, "sessions"), i, s)
	{
		buf_printf(out, "%s %s %s %s peer %s byte %lld\n",
		    text(s, "interface"), text(s, "remote"),
		    strcmp(text(s, "direction"), "in") == 0 ? "to" : "from",
		    text(s, "local"), text(s, "peer"),
		    num(s, "bytes_in") + num(s, "bytes_out"));
		if (detail)
			buf_printf(out, " %s: State %s  %s Cipher %s TxQSize "
			    "%lld age %lld s%s messages in %lld out %lld\n",
			    strcmp(text(s, "direction"), "in") == 0 ? "Client"
								    : "Server",
			    text(s, "state"), text(s, "protocol"),
			    text(s, "cipher"), num(s, "backlog"),
			    num(s, "age_s"),
			    json_is_true(json_object_get(s, "resumed"))
				? " resumed" : "",
			    num(s, "messages_in"), num(s, "messages_out"));
	}
}

static void
answer_sessions(json_t *list, struct conf_session *s, bool detail)
{
	json_int_t most = 0;
	char *dump;
	json_t *d;
	int w;

	for (w = 0; w < workers_count(); w++)
		most += (json_int_t)workers_stats(w)->most_sessions;
	d = json_pack("{s:I,s:I,s:o}", "in_use",
	    (json_int_t)json_array_size(list), "most_used", most, "sessions",
	    list);
	if (conf_session_json(s)) {
		dump = json_dumps(d, JSON_INDENT(1));
		buf_printf(conf_session_out(s), "%s\n", dump ? dump : "{}");
		mem_free(dump);
	} else {
		print_sessions(conf_session_out(s), d, detail);
	}
	json_decref(d);
	conf_session_release(s);
}

static void
on_sessions(json_t *list, void *arg)
{
	answer_sessions(list, arg, false);
}

static void
on_sessions_detail(json_t *list, void *arg)
{
	answer_sessions(list, arg, true);
}

static enum err
run_sessions(struct conf_session *s, const struct conf_args *a)
{
	enum err err = workers_sessions(
	    conf_arg_word(a, "detail") ? on_sessions_detail : on_sessions, s);

	if (!err)
		conf_session_hold(s);
	return err;
}

/* --- show running-config, logging --- */

static enum err
run_running(struct conf_session *s, const struct conf_args *a)
{
	enum conf_write_what what =
	    conf_arg_word(a, "all") ? CONF_WRITE_ALL : CONF_WRITE_SET;
	struct buf t;
	enum err err;

	buf_init(&t, 4 << 20);
	err = conf_write(control.conf, what, &t);
	if (!err && conf_session_json(s)) {
		json_t *d = json_pack("{s:s%}", "running_config", buf_str(&t).p,
		    buf_len(&t));
		char *dump = d != NULL ? json_dumps(d, JSON_INDENT(1)) : NULL;

		buf_printf(conf_session_out(s), "%s\n", dump ? dump : "{}");
		mem_free(dump);
		json_decref(d);
	} else if (!err) {
		err = buf_add_str(conf_session_out(s), buf_str(&t));
	}
	buf_fini(&t);
	return err;
}

static json_t *
gather_logging(const struct conf_args *a)
{
	return json_pack("{s:i,s:o}", "level",
	    (int)control.conf->logging_level, "lines", history_lines());
}

static void
print_logging(struct buf *out, json_t *d, const struct conf_args *a)
{
	buf_printf(out, "Logging level: %lld, the last %d lines:\n",
	    num(d, "level"), HISTORY_LINES);
	history_write_lines(out);
}

static enum err
run_version(struct conf_session *s, const struct conf_args *a)
{
	return answer(s, a, gather_version(a), print_version);
}

static enum err
run_federation(struct conf_session *s, const struct conf_args *a)
{
	return answer(s, a, gather_federation(a), print_federation);
}

static enum err
run_logging(struct conf_session *s, const struct conf_args *a)
{
	return answer(s, a, gather_logging(a), print_logging);
}

static const struct conf_cmd rows[] = {
	{
		.syntax = "show version",
		.summary = "Versions, uptime and limits",
		.doc = "The daemon's version, its libraries and workers.",
		.flags = CONF_ACTION,
		.run = run_version,
	},
	{
		.syntax = "show federation",
		.summary = "All peers: state, connections, messages, verdict",
		.doc = "One line a peer, one line a worker process.",
		.flags = CONF_ACTION,
		.run = run_federation,
	},
	{
		.syntax = "show federation peer <name>",
		.summary = "One peer and the last 64 verdicts on it",
		.doc = "Each verdict names the check that failed, what was "
		       "expected, what was seen, and what to do about it.",
		.flags = CONF_ACTION,
		.run = run_peer,
	},
	{
		.syntax = "show tls-proxy session [detail]",
		.summary = "TLS connections that are up",
		.doc = "With `detail` the state, cipher and queue of each.",
		.flags = CONF_ACTION,
		.run = run_sessions,
	},
	{
		.syntax = "show running-config [all]",
		.summary = "The configuration as it is now",
		.doc = "With `all` also defaults and what a peer's type "
		       "presets.",
		.flags = CONF_ACTION,
		.run = run_running,
	},
	{
		.syntax = "show logging",
		.summary = "The last log lines of all processes",
		.doc = "The newest is last.",
		.flags = CONF_ACTION,
		.run = run_logging,
	},
	{ .syntax = NULL },
};

void
show_register(void)
{
	conf_extend(&conf_mode_exec, rows);
}
