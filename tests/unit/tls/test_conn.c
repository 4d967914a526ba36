/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two ends of tls_conn on loopback in one process: data both ways, refusals,
 * and that a resumed session is judged by today's anchors.
 */
#include "tests/unit/tls/make_cert.h"
#include "tls/conn.h"

#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

enum { BULK = 300 * 1024, MOST_TURNS = 10000 };

/* What one end saw. */
struct end {
	struct tls_conn *conn;
	unsigned ups, downs, drained;
	size_t bytes;
	unsigned bad_bytes;
	enum err why;
	bool resumed;
	char version[16];
	char party[64];
	bool after_down; /* an event after the last */
};

static struct made ca1, ca2, server_id, client_id, weak_id, stranger_id;
static struct tls_ticket_keys keys = { .n = 1 };
static struct end in, out;
static int listener = -1;
static struct addr at;
static struct tls_verdict last_bad;
static unsigned good, bad;
static const struct tls_limits limits = { .handshake_ms = 5000,
	.idle_ms = 5000, .max_input = 20000, .max_output = 1 << 20 };
static struct tls_front *front;

static void
on_verdict(const struct tls_verdict *v, void *arg)
{
	if (v->ok) {
		good++;
		return;
	}
	bad++;
	last_bad = *v;
}

static void
on_event(struct tls_conn *c, enum tls_event ev, void *arg)
{
	struct end *e = arg;
	struct buf *b = tls_conn_input(c);
	struct str s = buf_str(b);
	size_t i;

	if (e->downs != 0)
		e->after_down = true;
	switch (ev) {
	case TLS_UP:
		e->ups++;
		e->resumed = tls_conn_resumed(c);
		snprintf(e->version, sizeof(e->version), "%s",
		    tls_conn_version(c));
		snprintf(e->party, sizeof(e->party), "%s",
		    tls_conn_party(c)->name);
		break;
	case TLS_DATA:
		for (i = 0; i < s.n; i++)
			e->bad_bytes += s.p[i] != (char)((e->bytes + i) % 251);
		e->bytes += s.n;
		buf_drain(b, s.n);
		tls_conn_taken(c);
		break;
	case TLS_DRAINED: e->drained++; break;
	case TLS_DOWN:
		e->downs++;
		e->why = tls_conn_why(c);
		break;
	}
}

static void
accept_one(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int fd = accept(listener, (struct sockaddr *)&ss, &len);
	struct addr remote;

	assert_true(fd >= 0);
	addr_of(&remote, (struct sockaddr *)&ss, len);
	assert_int_equal(tls_conn_accept(&in.conn, front, fd, &remote, &at,
			     &limits, on_event, &in), ERR_OK);
}

static void
turn_until(const unsigned *counter, unsigned value)
{
	int i;

	for (i = 0; i < MOST_TURNS && *counter < value; i++)
		event_base_loop(loop_base(), EVLOOP_ONCE);
	assert_true(*counter >= value);
}

static void
spin(int turns)
{
	while (turns-- > 0) {
		event_base_loop(loop_base(), EVLOOP_NONBLOCK);
		usleep(1000);
	}
}

static void
party_init(struct tls_party *p, const char *name, const struct made *anchor,
    const char *expects, const struct made *own)
{
	*p = (struct tls_party){ .sni = expects };
	snprintf(p->name, sizeof(p->name), "%s", name);
	policy_anchor(&p->policy, anchor, true);
	policy_name(&p->policy, expects);
	p->server = made_cred(own, NULL);
	p->client = tls_cred_ref(p->server);
}

static void
front_init(struct tls_front *f, struct tls_party *p)
{
	*f = (struct tls_front){ .name = "outside", .tickets = &keys };
	assert_true(mem_grow(f->parties, 0));
	f->parties[f->n_parties++] = p;
	assert_int_equal(tls_front_prepare(f), ERR_OK);
}

/* One connection; ends when both are up or the accepting end is down. */
static void
connect_pair(struct tls_front *f, struct tls_party *to)
{
	int i;

	front = f;
	memset(&in, 0, sizeof(in));
	memset(&out, 0, sizeof(out));
	good = bad = 0;
	assert_int_equal(tls_conn_dial(&out.conn, to, "test", &at, NULL,
			     &limits, on_event, &out), ERR_OK);
	accept_one();
	for (i = 0; i < MOST_TURNS; i++) {
		event_base_loop(loop_base(), EVLOOP_ONCE);
		if (in.ups != 0 && out.ups != 0)
			break;
		if (in.downs != 0 && out.downs != 0)
			break;
	}
	spin(3); /* the ticket arrives */
}

static void
close_pair(void)
{
	if (out.downs == 0)
		tls_conn_finish(out.conn, ERR_TLS_CLOSED);
	turn_until(&in.downs, 1);
	turn_until(&out.downs, 1);
	spin(2);
	assert_false(in.after_down || out.after_down);
	assert_int_equal(in.downs + out.downs, 2);
}

static void
send_bulk(struct tls_conn *c)
{
	static char data[BULK];
	size_t i, n;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (char)(i % 251);
	for (i = 0; i < sizeof(data); i += n) {
		n = sizeof(data) - i < 777 ? sizeof(data) - i : 777;
		assert_int_equal(tls_conn_send(c, data + i, n), ERR_OK);
	}
}

static void
exchange(int version, const char *text)
{
	struct tls_party server, client;
	struct tls_front f;
	int i;

	party_init(&server, "peer", &ca1, "client.com", &server_id);
	party_init(&client, "us", &ca1, "server.com", &client_id);
	client.policy.max_version = version;
	assert_int_equal(tls_party_prepare(&server), ERR_OK);
	assert_int_equal(tls_party_prepare(&client), ERR_OK);
	front_init(&f, &server);
	connect_pair(&f, &client);
	assert_int_equal(in.ups, 1);
	assert_int_equal(out.ups, 1);
	assert_int_equal(good, 2);
	assert_string_equal(in.version, text);
	assert_string_equal(in.party, "peer");
	assert_string_equal(out.party, "us");
	send_bulk(in.conn);
	send_bulk(out.conn);
	for (i = 0; i < MOST_TURNS && in.bytes + out.bytes < 2 * BULK; i++)
		event_base_loop(loop_base(), EVLOOP_ONCE);
	assert_int_equal(in.bytes, BULK);
	assert_int_equal(out.bytes, BULK);
	assert_int_equal(in.bad_bytes + out.bad_bytes, 0);
	assert_int_equal(tls_conn_backlog(in.conn), 0);
	close_pair();
	assert_int_equal(in.why, ERR_TLS_EOF);
	assert_int_equal(out.why, ERR_TLS_CLOSED);
	connect_pair(&f, &client); /* and again, from the ticket */
	assert_true(in.resumed && out.resumed);
	assert_int_equal(good, 2);
	close_pair();
	tls_front_fini(&f);
	tls_party_fini(&server);
	tls_party_fini(&client);
}

static void
test_exchange(void **state)
{
	exchange(TLS1_2_VERSION, "TLSv1.2");
	exchange(TLS1_3_VERSION, "TLSv1.3");
}

static void
resume_after_change(int version)
{
	struct tls_party before, after, client;
	struct tls_front f, g;

	party_init(&before, "peer", &ca1, "client.com", &server_id);
	party_init(&after, "peer", &ca2, "client.com", &server_id);
	party_init(&client, "us", &ca1, "server.com", &client_id);
	client.policy.max_version = version;
	assert_int_equal(tls_party_prepare(&before), ERR_OK);
	assert_int_equal(tls_party_prepare(&after), ERR_OK);
	assert_int_equal(tls_party_prepare(&client), ERR_OK);
	front_init(&f, &before);
	front_init(&g, &after);
	connect_pair(&f, &client);
	assert_int_equal(in.ups, 1);
	assert_int_equal(tls_conn_rejudge(in.conn, &before), ERR_OK);
	assert_int_equal(
	    tls_conn_rejudge(in.conn, &after), ERR_CERT_UNTRUSTED);
	close_pair();
	connect_pair(&g, &client); /* same keys, same name, other anchor */
	assert_int_equal(in.ups, 0);
	close_pair();
	assert_int_equal(in.why, ERR_CERT_UNTRUSTED);
	assert_int_equal(last_bad.check, TLS_CHECK_CHAIN);
	assert_false(last_bad.resumed);
	tls_front_fini(&f);
	tls_front_fini(&g);
	tls_party_fini(&before);
	tls_party_fini(&after);
	tls_party_fini(&client);
}

static void
test_resume_after_change(void **state)
{
	resume_after_change(TLS1_2_VERSION);
	resume_after_change(TLS1_3_VERSION);
}

/* Who dials, and what the accepting and the dialling end make of it. */
static const struct {
	const struct made *caller;
	const char *server_expects;
	const char *client_expects;
	int version;
	bool legacy_caller;
	enum err in_why, out_why;
	enum tls_check check;
} refusals[] = {
	{ &client_id, "other.com", "server.com", TLS1_2_VERSION, false,
	    ERR_CERT_NAME, ERR_TLS_HANDSHAKE, TLS_CHECK_NAME },
	{ &client_id, "other.com", "server.com", TLS1_3_VERSION, false,
	    ERR_CERT_NAME, ERR_TLS_HANDSHAKE, TLS_CHECK_NAME },
	{ &stranger_id, "client.com", "server.com", TLS1_3_VERSION, false,
	    ERR_CERT_UNTRUSTED, ERR_TLS_HANDSHAKE, TLS_CHECK_CHAIN },
	{ &client_id, "client.com", "other.com", TLS1_3_VERSION, false,
	    ERR_TLS_HANDSHAKE, ERR_CERT_NAME, TLS_CHECK_NAME },
	{ &weak_id, "client.com", "server.com", TLS1_2_VERSION, true,
	    ERR_CERT_WEAK, ERR_TLS_HANDSHAKE, TLS_CHECK_STRENGTH },
	{ &weak_id, "client.com", "server.com", TLS1_3_VERSION, true,
	    ERR_CERT_WEAK, ERR_TLS_HANDSHAKE, TLS_CHECK_STRENGTH },
};

static void
test_refusals(void **state)
{
	size_t i;

	for (i = 0; i < countof(refusals); i++) {
		struct tls_party server, client;
		struct tls_front f;

		party_init(&server, "peer", &ca1, refusals[i].server_expects,
		    &server_id);
		party_init(&client, "us", &ca1, refusals[i].client_expects,
		    refusals[i].caller);
		client.policy.max_version = refusals[i].version;
		client.policy.legacy = refusals[i].legacy_caller;
		assert_int_equal(tls_party_prepare(&server), ERR_OK);
		assert_int_equal(tls_party_prepare(&client), ERR_OK);
		front_init(&f, &server);
		connect_pair(&f, &client);
		close_pair();
		if (in.why != refusals[i].in_why ||
		    out.why != refusals[i].out_why ||
		    last_bad.check != refusals[i].check)
			fail_msg("row %zu: in: %s, out: %s, check %s", i,
			    err_text(in.why), err_text(out.why),
			    tls_check_name(last_bad.check));
		assert_int_equal(in.ups, 0);
		assert_int_equal(bad, 1);
		assert_string_equal(last_bad.party,
		    refusals[i].out_why == ERR_CERT_NAME ? "us" : "peer");
		tls_front_fini(&f);
		tls_party_fini(&server);
		tls_party_fini(&client);
	}
}

static void
test_no_certificate(void **state)
{
	struct tls_party server;
	struct tls_front f;
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(ctx);
	int fd = socket(AF_INET, SOCK_STREAM, 0), i;

	party_init(&server, "peer", &ca1, "client.com", &server_id);
	assert_int_equal(tls_party_prepare(&server), ERR_OK);
	front_init(&f, &server);
	front = &f;
	memset(&in, 0, sizeof(in));
	assert_int_equal(
	    connect(fd, (struct sockaddr *)&at.ss, at.len), 0);
	evutil_make_socket_nonblocking(fd);
	SSL_set_fd(ssl, fd);
	accept_one();
	for (i = 0; i < 200 && in.downs == 0; i++) {
		SSL_connect(ssl);
		spin(1);
	}
	assert_int_equal(in.downs, 1);
	assert_int_equal(in.why, ERR_CERT_NONE);
	assert_int_equal(last_bad.err, ERR_CERT_NONE);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
	spin(2);
	tls_front_fini(&f);
	tls_party_fini(&server);
}

static void
test_limits(void **state)
{
	struct tls_party server, client;
	struct tls_front f;
	char block[4096] = { 0 };
	enum err err = ERR_OK;
	size_t sent = 0;

	party_init(&server, "peer", &ca1, "client.com", &server_id);
	party_init(&client, "us", &ca1, "server.com", &client_id);
	assert_int_equal(tls_party_prepare(&server), ERR_OK);
	assert_int_equal(tls_party_prepare(&client), ERR_OK);
	front_init(&f, &server);
	connect_pair(&f, &client);
	for (; err == ERR_OK && sent < 2 * limits.max_output;
	    sent += sizeof(block))
		err = tls_conn_send(out.conn, block, sizeof(block));
	assert_int_equal(err, ERR_FULL);
	assert_int_equal(tls_conn_backlog(out.conn), limits.max_output);
	turn_until(&out.drained, 1);
	tls_conn_close(in.conn, ERR_TLS_CLOSED); /* at once, with bytes owed */
	assert_int_equal(in.downs, 1);
	assert_int_equal(tls_conn_send(in.conn, block, 1), ERR_TLS_CLOSED);
	turn_until(&out.downs, 1);
	spin(2);
	assert_int_equal(in.downs + out.downs, 2);
	tls_front_fini(&f);
	tls_party_fini(&server);
	tls_party_fini(&client);
}

static int
start(void **state)
{
	static const struct make_cert ca = { .cn = { "ca" }, .ca = true };
	static const struct make_cert s = { .cn = { "server.com" },
		.san = "DNS:server.com" };
	static const struct make_cert c = { .cn = { "client.com" },
		.san = "DNS:client.com" };
	static const struct make_cert w = { .cn = { "client.com" },
		.san = "DNS:client.com", .rsa_bits = 1024, .digest = "SHA1" };
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	log_set_stderr(getenv("VERBOSE") != NULL);
	assert_int_equal(loop_init(), ERR_OK);
	memset(keys.name[0], 7, sizeof(keys.name[0]));
	ca1 = make_cert(&ca, NULL);
	ca2 = make_cert(&ca, NULL);
	server_id = make_cert(&s, &ca1);
	client_id = make_cert(&c, &ca1);
	weak_id = make_cert(&w, &ca1);
	stranger_id = make_cert(&c, &ca2);
	assert_int_equal(addr_parse(&at, STR("127.0.0.1"), 0), ERR_OK);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(listener, (struct sockaddr *)&at.ss, at.len), 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(
	    getsockname(listener, (struct sockaddr *)&ss, &len), 0);
	addr_of(&at, (struct sockaddr *)&ss, len);
	tls_on_verdict(on_verdict, NULL);
	return 0;
}

static int
stop(void **state)
{
	close(listener);
	loop_fini();
	made_free(&ca1);
	made_free(&ca2);
	made_free(&server_id);
	made_free(&client_id);
	made_free(&weak_id);
	made_free(&stranger_id);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exchange),
		cmocka_unit_test(test_resume_after_change),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_no_certificate),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
