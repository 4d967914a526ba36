/* SPDX-License-Identifier: BSD-2-Clause */
/* A worker's messages to control: see report.h. */
#include "proxy/report.h"

#include "base/log.h"
#include "base/mem.h"
#include "proxy/link.h"
#include "proxy/session.h"
#include "proxy/worker.h"

#include <string.h>
#include <time.h>

enum { ROWS_A_PACKET = 100 };

static int link_fd = -1;

/* json_pack's result may be NULL when memory is short: nothing is sent. */
static void
send_off(json_t *msg)
{
	if (msg != NULL && link_send(link_fd, msg, NULL, 0) == ERR_IO)
		link_fd = -1;
	json_decref(msg);
}

static void
on_log(enum log_level level, const char *line, void *arg)
{
	if (link_fd >= 0)
		send_off(json_pack("{s:s,s:i,s:s%}", "t", "log", "level",
		    (int)level, "line", line, strnlen(line, 2048)));
}

static void
on_verdict(const struct tls_verdict *v, void *arg)
{
	char remote[ADDR_TEXT], when[40];
	struct tm tm;

	gmtime_r(&v->when, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (!v->ok) {
		struct peer *p = NULL;
		size_t i;
		struct snapshot *s = worker_snapshot();

		for (i = 0; s != NULL && i < s->n_peers; i++)
			if (strcmp(s->peers[i].party.name, v->party) == 0)
				p = &s->peers[i];
		(p != NULL ? p->stats : &stats->peer[0])->cert_refused++;
	}
	send_off(json_pack(
	    "{s:s, s:s, s:{s:b,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:s,"
	    "s:s,s:s,s:s}}",
	    "t", "verdict", "peer", v->party, "v", "ok", v->ok, "check",
	    v->ok ? "ok" : tls_check_name(v->check), "error", err_name(v->err),
	    "role", v->role == TLS_PEER_IS_CLIENT ? "client" : "server",
	    "expected", v->expected, "seen", v->seen, "remedy", v->remedy,
	    "subject", v->subject, "resumed", v->resumed, "serial", v->serial,
	    "protocol", v->protocol, "cipher", v->cipher, "anchor", v->anchor,
	    "remote", addr_slash(&v->remote, remote), "time", when));
}

void
report_start(int fd)
{
	link_fd = fd;
	log_set_sink(on_log, NULL);
	tls_on_verdict(on_verdict, NULL);
}

void
report_ack(json_int_t generation, const char *error)
{
	send_off(json_pack("{s:s,s:I,s:s?}", "t", "ack", "generation",
	    generation, "error", error));
}

static json_t *
session_row(const struct session *s)
{
	char remote[ADDR_TEXT], local[ADDR_TEXT];

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:I,s:I,s:I,"
			 "s:I,s:I,s:I}",
	    "peer", s->up ? s->peer->party.name : "", "state",
	    s->up ? "SSLOK" : "handshake", "direction",
	    s->direction == SESSION_IN ? "in" : "out", "interface",
	    s->up ? s->peer->interface->name : "", "remote",
	    addr_slash(tls_conn_remote(s->conn), remote), "local",
	    addr_slash(tls_conn_local(s->conn), local), "protocol",
	    s->up ? tls_conn_version(s->conn) : "", "cipher",
	    s->up ? tls_conn_cipher(s->conn) : "", "resumed",
	    (int)(s->up && tls_conn_resumed(s->conn)), "age_s",
	    (json_int_t)((loop_now_ms() - s->since_ms) / 1000), "bytes_in",
	    (json_int_t)s->bytes_in, "bytes_out", (json_int_t)s->bytes_out,
	    "messages_in", (json_int_t)s->messages_in, "messages_out",
	    (json_int_t)s->messages_out, "backlog",
	    (json_int_t)tls_conn_backlog(s->conn));
}

void
report_sessions(json_int_t id)
{
	struct session *s = TAILQ_FIRST(&sessions);

	do {
		json_t *rows = json_array();
		int n;

		for (n = 0; s != NULL && n < ROWS_A_PACKET; n++) {
			json_array_append_new(rows, session_row(s));
			s = TAILQ_NEXT(s, all);
		}
		send_off(json_pack("{s:s,s:I,s:o,s:b}", "t", "sessions", "id",
		    id, "rows", rows, "last", (int)(s == NULL)));
	} while (s != NULL);
}
