/* SPDX-License-Identifier: BSD-2-Clause */
/* TLS links: see link.h. */
#include "config.h"

#include "tools/lab/link.h"

#include "base/mem.h"
#include "tools/lab/ladder.h"
#include "tools/lab/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { OUT_MOST = 16 << 20 };

static const char *
ssl_why(void)
{
	unsigned long e = ERR_peek_last_error();
	const char *why = e == 0 ? NULL : ERR_reason_error_string(e);

	return why != NULL ? why : errno != 0 ? strerror(errno) : "closed";
}

static bool
fail(const char *what, const char *name)
{
	fprintf(stderr, "sipfed-lab: %s %s: %s\n", what, name, ssl_why());
	return false;
}

static bool
load(SSL_CTX *ctx, const struct options *o)
{
	STACK_OF(X509_NAME) *names;

	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	if (o->tls12)
		SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	if (SSL_CTX_use_certificate_chain_file(ctx, o->cert) != 1)
		return fail("certificate", o->cert);
	if (SSL_CTX_use_PrivateKey_file(ctx, o->key, SSL_FILETYPE_PEM) != 1)
		return fail("key", o->key);
	if (SSL_CTX_load_verify_file(ctx, o->ca) != 1)
		return fail("trust", o->ca);
	names = SSL_load_client_CA_file(o->ca);
	if (names != NULL)
		SSL_CTX_set_client_CA_list(ctx, names);
	/* A pinned leaf is trust enough. */
	X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx),
	    X509_V_FLAG_PARTIAL_CHAIN);
	SSL_CTX_set_verify(ctx,
	    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"lab", 3);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
				  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return true;
}

static bool
listen_on(struct lab *l)
{
	const struct addr *a = &l->o.listen;
	char text[ADDR_TEXT];
	int on = 1;

	if (a->len == 0)
		return true;
	errno = 0;
	l->listen_fd = socket(a->ss.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(l->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (l->listen_fd < 0 ||
	    bind(l->listen_fd, (const struct sockaddr *)&a->ss, a->len) != 0 ||
	    listen(l->listen_fd, LINKS) != 0)
		return fail("listen on", addr_sip(a, text));
	lab_say(l, "listening on %s", addr_sip(a, text));
	return true;
}

bool
link_setup(struct lab *l)
{
	l->server = SSL_CTX_new(TLS_server_method());
	l->client = SSL_CTX_new(TLS_client_method());
	if (l->server == NULL || l->client == NULL)
		return fail("TLS", "context");
	return load(l->server, &l->o) && load(l->client, &l->o) &&
	       listen_on(l);
}

void
link_teardown(struct lab *l)
{
	size_t i;

	for (i = 0; i < LINKS; i++)
		link_free(l->links[i]);
	if (l->listen_fd >= 0)
		close(l->listen_fd);
	SSL_CTX_free(l->server);
	SSL_CTX_free(l->client);
}

void
link_free(struct link *k)
{
	if (k == NULL)
		return;
	if (k->state == LINK_UP)
		SSL_shutdown(k->ssl);
	SSL_free(k->ssl);
	if (k->fd >= 0)
		close(k->fd);
	buf_fini(&k->in);
	buf_fini(&k->out);
	mem_free(k);
}

static void
kill_link(struct lab *l, struct link *k, const char *why)
{
	if (k->state == LINK_UP)
		lab_say(l, "-- connection with %s ended: %s", k->peer, why);
	else if (k->state == LINK_HANDSHAKE && !lab_stop)
		lab_say(l, "-- handshake with %s failed: %s", k->peer, why);
	k->state = LINK_DEAD;
}

static struct link *
new_link(struct lab *l, int fd, enum link_side side)
{
	struct link *k;
	size_t i;
	int on = 1;

	/* Small messages follow one another: none may wait for an ACK. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	for (i = 0; i < LINKS && l->links[i] != NULL; i++)
		;
	k = i < LINKS ? mem_new(struct link) : NULL;
	if (k == NULL) {
		close(fd);
		return NULL;
	}
	k->fd = fd;
	k->side = side;
	buf_init(&k->in, TEXT_HEAD + TEXT_BODY + 65536);
	buf_init(&k->out, OUT_MOST);
	k->deadline = lab_now() + l->o.timeout_ms;
	k->ssl = SSL_new(side == LINK_OURS ? l->client : l->server);
	if (k->ssl == NULL || SSL_set_fd(k->ssl, fd) != 1) {
		link_free(k);
		return NULL;
	}
	l->links[i] = k;
	return k;
}

struct link *
link_open(struct lab *l)
{
	const struct addr *to = &l->o.connect, *from = &l->o.from;
	struct link *k;
	int fd = socket(to->ss.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return NULL;
	if ((from->len != 0 &&
		bind(fd, (const struct sockaddr *)&from->ss, from->len) != 0) ||
	    (connect(fd, (const struct sockaddr *)&to->ss, to->len) != 0 &&
		errno != EINPROGRESS)) {
		close(fd);
		return NULL;
	}
	k = new_link(l, fd, LINK_OURS);
	if (k == NULL)
		return NULL;
	addr_sip(to, k->peer);
	if (l->o.sni != NULL)
		SSL_set_tlsext_host_name(k->ssl, l->o.sni);
	SSL_set_connect_state(k->ssl);
	k->state = LINK_DIALING;
	k->want = POLLOUT;
	return k;
}

void
link_accept(struct lab *l)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct addr from;
	struct link *k;
	int fd = accept4(l->listen_fd, (struct sockaddr *)&ss, &len,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	k = new_link(l, fd, LINK_THEIRS);
	if (k == NULL)
		return;
	addr_of(&from, (struct sockaddr *)&ss, len);
	addr_sip(&from, k->peer);
	SSL_set_accept_state(k->ssl);
	k->state = LINK_HANDSHAKE;
}

/* What SSL_get_error says about the last call: false when it is over. */
static bool
go_on(struct lab *l, struct link *k, int rc)
{
	long verify = SSL_get_verify_result(k->ssl);

	switch (SSL_get_error(k->ssl, rc)) {
	case SSL_ERROR_WANT_READ: return true;
	case SSL_ERROR_WANT_WRITE: k->want = POLLOUT; return true;
	case SSL_ERROR_ZERO_RETURN: kill_link(l, k, "closed"); return false;
	default:
		kill_link(l, k, verify != X509_V_OK
				    ? X509_verify_cert_error_string(verify)
				    : ssl_why());
		return false;
	}
}

static bool
peer_is(const struct lab *l, const struct link *k)
{
	X509 *cert = SSL_get0_peer_certificate(k->ssl);

	if (l->o.peer_name == NULL)
		return true;
	return cert != NULL &&
	       (X509_check_host(cert, l->o.peer_name, 0,
		    X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT |
			X509_CHECK_FLAG_NO_WILDCARDS, NULL) == 1 ||
		   X509_check_ip_asc(cert, l->o.peer_name, 0) == 1);
}

static void
shake(struct lab *l, struct link *k)
{
	int rc;

	if (k->state == LINK_DIALING) {
		struct pollfd p = { .fd = k->fd, .events = POLLOUT };
		int e = 0;
		socklen_t n = sizeof(e);

		if (poll(&p, 1, 0) <= 0)
			return;
		getsockopt(k->fd, SOL_SOCKET, SO_ERROR, &e, &n);
		if (e != 0) {
			kill_link(l, k, strerror(e));
			return;
		}
		k->state = LINK_HANDSHAKE;
	}
	rc = SSL_do_handshake(k->ssl);
	if (rc != 1) {
		go_on(l, k, rc);
		return;
	}
	if (!peer_is(l, k)) {
		lab_unexpected(l, "the certificate of %s does not carry %s",
		    k->peer, l->o.peer_name);
		kill_link(l, k, "wrong name");
		return;
	}
	k->state = LINK_UP;
	lab_say(l, "-- %s %s, %s", k->side == LINK_OURS ? "to" : "from",
	    k->peer, SSL_get_version(k->ssl));
	if (l->o.negotiate && k->side == LINK_OURS)
		probe_offer_compression(l, k);
}

static void
flush(struct lab *l, struct link *k)
{
	while (k->state == LINK_UP && buf_len(&k->out) > 0) {
		struct str s = buf_str(&k->out);
		int rc = SSL_write(k->ssl, s.p, (int)s.n);

		if (rc > 0)
			buf_drain(&k->out, (size_t)rc);
		else if (go_on(l, k, rc))
			return;
	}
}

static void
pull(struct lab *l, struct link *k)
{
	while (k->state == LINK_UP) {
		char *room = buf_room(&k->in, 16384);
		int rc;

		if (room == NULL) {
			lab_unexpected(l, "too much from %s", k->peer);
			kill_link(l, k, "too much");
			return;
		}
		rc = SSL_read(k->ssl, room, 16384);
		if (rc > 0)
			buf_grew(&k->in, (size_t)rc);
		else if (go_on(l, k, rc))
			return;
	}
}

void
link_step(struct lab *l, struct link *k)
{
	ERR_clear_error();
	errno = 0;
	k->want = k->state == LINK_DIALING ? POLLOUT : 0;
	if (k->state == LINK_DIALING || k->state == LINK_HANDSHAKE) {
		shake(l, k);
		if (k->state < LINK_UP && lab_now() > k->deadline)
			kill_link(l, k, "no answer in time");
	}
	flush(l, k);
	pull(l, k);
}

void
link_send(struct lab *l, struct link *k, struct str raw)
{
	struct text t;

	if (buf_add_str(&k->out, raw) != ERR_OK)
		lab_unexpected(l, "%s does not read", k->peer);
	else if (text_parse(&t, raw) == ERR_OK)
		ladder_message(l, LADDER_OUT, k->peer, &t);
	flush(l, k);
}

struct link *
link_pick(struct lab *l)
{
	struct link *any = NULL;
	size_t i, ours = 0, nth = 0;

	for (i = 0; i < LINKS; i++) {
		struct link *k = l->links[i];

		if (k == NULL || k->state == LINK_DEAD)
			continue;
		if (k->side == LINK_OURS)
			ours++;
		else if (k->state == LINK_UP)
			any = k;
	}
	if (l->o.connect.len == 0)
		return any;
	if (ours == 0)
		return link_open(l);
	nth = l->next_link++ % ours;
	for (i = 0; i < LINKS; i++) {
		struct link *k = l->links[i];

		if (k != NULL && k->state != LINK_DEAD &&
		    k->side == LINK_OURS && nth-- == 0)
			return k;
	}
	return any;
}

bool
link_take(struct lab *l, struct link *k, struct buf *raw)
{
	struct str s = buf_str(&k->in);
	size_t skip = 0, n = 0;
	enum err err = text_frame(s, &skip, &n);

	if (skip > 0)
		buf_drain(&k->in, skip);
	if (err == ERR_BUSY)
		return false;
	if (err != ERR_OK) {
		lab_unexpected(l, "malformed from %s: %s", k->peer,
		    err_text(err));
		kill_link(l, k, "lost framing");
		buf_clear(&k->in);
		return false;
	}
	buf_clear(raw);
	buf_add_str(raw, str_sub(buf_str(&k->in), 0, n));
	buf_drain(&k->in, n);
	return buf_error(raw) == ERR_OK;
}
