/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Birth, handshake and death of a connection. TLS_DOWN comes exactly once and
 * last; after it nothing of the layer above is touched, for the parties and
 * the front may go away in that very callback.
 */
#include "tls/conn_state.h"

#include "base/log.h"
#include "base/mem.h"
#include "tls/admit.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { GOODBYE_MS = 5000 };

static void
free_events(struct tls_conn *c)
{
	loop_event_free(&c->readable);
	loop_event_free(&c->writable);
	loop_event_free(&c->timer);
	loop_event_free(&c->kick);
	loop_event_free(&c->flush);
}

static void
conn_free(void *object)
{
	struct tls_conn *c = object;

	free_events(c);
	SSL_free(c->ssl);
	if (c->fd >= 0)
		close(c->fd);
	buf_fini(&c->in);
	buf_fini(&c->out);
	mem_free(c);
	ERR_clear_error();
}

/* --- death --- */

void
tls_conn_close(struct tls_conn *c, enum err why)
{
	char src[ADDR_TEXT], dst[ADDR_TEXT];
	enum tls_state was = c->state;

	if (was == TLS_STATE_CLOSED)
		return;
	tls_conn_set_state(c, TLS_STATE_CLOSED);
	c->why = why;
	free_events(c);
	if (was >= TLS_STATE_OPEN) {
		if (!c->broken)
			SSL_shutdown(c->ssl);
		ERR_clear_error();
		log_ssl_ended(tls_shake_type(&c->shake), c->ifname,
		    addr_slash(&c->shake.remote, src),
		    addr_slash(&c->shake.local, dst), err_text(why));
	}
	close(c->fd);
	c->fd = -1;
	loop_bury(&c->grave, conn_free, c);
	c->fn(c, TLS_DOWN, c->arg);
}

void
tls_conn_finish(struct tls_conn *c, enum err why)
{
	if (c->state < TLS_STATE_OPEN) {
		tls_conn_close(c, why);
		return;
	}
	if (c->state != TLS_STATE_OPEN)
		return;
	c->why = why;
	tls_conn_set_state(c, TLS_STATE_CLOSING);
	loop_timer_start(c->timer, GOODBYE_MS);
	tls_conn_rearm(c);
}

void
tls_conn_fail(struct tls_conn *c, const char *doing, enum err why)
{
	char src[ADDR_TEXT], dst[ADDR_TEXT];

	c->broken = true;
	if (c->shake.party != NULL && c->shake.front == NULL)
		tls_ctx_forget(c->shake.party);
	log_ssl_failed(tls_shake_type(&c->shake), c->ifname,
	    addr_slash(&c->shake.remote, src),
	    addr_slash(&c->shake.local, dst), doing);
	tls_conn_close(c, why);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct tls_conn *c = arg;
	long left;

	switch (c->state) {
	case TLS_STATE_CONNECTING:
		tls_conn_fail(c, "no answer to the connection", ERR_TIMEOUT);
		break;
	case TLS_STATE_HANDSHAKE:
		tls_conn_fail(c, "the handshake took too long", ERR_TIMEOUT);
		break;
	case TLS_STATE_OPEN:
		left = c->last_ms + c->lim.idle_ms - loop_now_ms();
		if (left <= 0)
			tls_conn_finish(c, ERR_TLS_IDLE);
		else
			loop_timer_start(c->timer, left);
		break;
	case TLS_STATE_CLOSING:
	case TLS_STATE_LINGER:
		c->broken = true;
		tls_conn_close(c, c->why);
		break;
	case TLS_STATE_CLOSED:
		break;
	}
}

/* --- handshake --- */

static void
go_up(struct tls_conn *c)
{
	char src[ADDR_TEXT], dst[ADDR_TEXT];
	struct tls_shake *s = &c->shake;

	addr_slash(&s->remote, src);
	addr_slash(&s->local, dst);
	if (SSL_session_reused(c->ssl)) {
		if (s->role == TLS_PEER_IS_CLIENT)
			log_ssl_resume(c->ifname, src, dst);
		if (tls_admit_resumed(s, c->ssl) != ERR_OK) {
			tls_conn_fail(c, s->reason, s->why);
			return;
		}
	}
	if (s->party == NULL || SSL_get0_peer_certificate(c->ssl) == NULL) {
		tls_admit_none(s); /* no verdict, no bytes */
		tls_conn_fail(c, s->reason, s->why);
		return;
	}
	tls_conn_set_state(c, TLS_STATE_OPEN);
	c->read_wants_write = false;
	c->last_ms = loop_now_ms();
	event_del(c->readable);
	event_del(c->writable);
	event_del(c->timer);
	event_priority_set(c->readable, LOOP_RELAY);
	event_priority_set(c->writable, LOOP_RELAY);
	if (c->lim.idle_ms > 0)
		loop_timer_start(c->timer, c->lim.idle_ms);
	log_ssl_done(tls_shake_type(s), c->ifname, src, dst,
	    SSL_get_version(c->ssl));
	c->fn(c, TLS_UP, c->arg);
	if (c->state != TLS_STATE_OPEN)
		return;
	if (SSL_has_pending(c->ssl))
		loop_timer_start(c->kick, 0);
	tls_conn_rearm(c);
}

static void
handshake_failed(struct tls_conn *c, enum tls_io io)
{
	struct tls_shake *s = &c->shake;
	char why[200], line[300];
	enum err err = ERR_TLS_HANDSHAKE;

	if (tls_error_is(SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE))
		tls_admit_none(s);
	snprintf(line, sizeof(line), "%s%s",
	    tls_error_alert() != 0 ? "the peer refused us: " : "",
	    tls_error_drain(why, sizeof(why)));
	if (io == TLS_IO_EOF)
		snprintf(line, sizeof(line),
		    "the peer closed during the handshake");
	log_ssl_lib("SSL_do_handshake", why);
	if (s->why != ERR_OK)
		err = s->why;
	tls_conn_fail(c, s->reason[0] != '\0' ? s->reason : line, err);
}

static void
shake_hands(struct tls_conn *c)
{
	enum tls_io io = TLS_CALL(c->ssl, SSL_do_handshake(c->ssl));

	switch (io) {
	case TLS_IO_DONE:
		go_up(c);
		break;
	case TLS_IO_WANT_READ:
	case TLS_IO_WANT_WRITE:
		c->read_wants_write = io == TLS_IO_WANT_WRITE;
		tls_conn_rearm(c);
		break;
	case TLS_IO_EOF:
	case TLS_IO_FAIL:
		handshake_failed(c, io);
		break;
	}
}

static void
local_of(struct tls_conn *c)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(c->fd, (struct sockaddr *)&ss, &len) == 0 &&
	    (ss.ss_family == AF_INET || ss.ss_family == AF_INET6))
		addr_of(&c->shake.local, (struct sockaddr *)&ss, len);
}

static void
log_start(struct tls_conn *c)
{
	char src[ADDR_TEXT], dst[ADDR_TEXT];

	log_ssl_start(tls_shake_type(&c->shake), c->ifname,
	    addr_slash(&c->shake.remote, src),
	    addr_slash(&c->shake.local, dst), "TLS");
}

void
tls_conn_step(struct tls_conn *c)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (c->state == TLS_STATE_CONNECTING) {
		if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
			error = errno;
		if (error != 0) {
			tls_conn_fail(c, strerror(error), ERR_DIAL_REFUSED);
			return;
		}
		local_of(c);
		tls_conn_set_state(c, TLS_STATE_HANDSHAKE);
		log_start(c);
	}
	shake_hands(c);
}

/* --- birth --- */

static enum err
make_events(struct tls_conn *c)
{
	c->readable = loop_event(c->fd, EV_READ | EV_PERSIST, LOOP_HANDSHAKE,
	    tls_conn_on_ready, c);
	c->writable = loop_event(c->fd, EV_WRITE | EV_PERSIST, LOOP_HANDSHAKE,
	    tls_conn_on_ready, c);
	c->timer = loop_timer(on_timer, c);
	c->kick = loop_timer(tls_conn_on_kick, c);
	c->flush = loop_timer(tls_conn_on_flush, c);
	if (c->readable == NULL || c->writable == NULL || c->timer == NULL ||
	    c->kick == NULL || c->flush == NULL)
		return ERR_NOMEM;
	return ERR_OK;
}

static enum err
prepare_fd(evutil_socket_t fd)
{
	int on = 1, flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return ERR_SYSTEM;
	/* A socket that knows no TCP (a test's pair) is as good. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return ERR_OK;
}

/* Takes fd over, also on failure. */
static enum err
conn_new(struct tls_conn **out, evutil_socket_t fd, const struct addr *remote,
    const char *ifname, const struct tls_limits *lim)
{
	struct tls_conn *c = mem_new(struct tls_conn);
	enum err err = ERR_NOMEM;

	if (c == NULL) {
		close(fd);
		return ERR_NOMEM;
	}
	c->fd = fd;
	c->lim = *lim;
	snprintf(c->ifname, sizeof(c->ifname), "%s", ifname);
	c->shake.ifname = c->ifname;
	c->shake.remote = *remote;
	buf_init(&c->in, lim->max_input);
	buf_init(&c->out, lim->max_output);
	err = prepare_fd(fd);
	if (!err)
		err = make_events(c);
	if (err)
		conn_free(c);
	else
		*out = c;
	return err;
}

static enum err
launch(struct tls_conn *c, SSL *ssl, tls_event_fn *fn, void *arg)
{
	c->ssl = ssl;
	c->fn = fn;
	c->arg = arg;
	if (SSL_set_fd(ssl, c->fd) != 1)
		return ERR_NOMEM;
	if (c->lim.handshake_ms > 0)
		loop_timer_start(c->timer, c->lim.handshake_ms);
	tls_conn_rearm(c);
	return ERR_OK;
}

enum err
tls_conn_accept(struct tls_conn **out, struct tls_front *f, evutil_socket_t fd,
    const struct addr *remote, const struct addr *local,
    const struct tls_limits *lim, tls_event_fn *fn, void *arg)
{
	struct tls_conn *c;
	SSL *ssl = NULL;
	enum err err = conn_new(&c, fd, remote, f->name, lim);

	if (err)
		return err;
	if (local != NULL)
		c->shake.local = *local;
	local_of(c);
	c->shake.front = f;
	c->shake.role = TLS_PEER_IS_CLIENT;
	c->state = TLS_STATE_HANDSHAKE;
	err = tls_ctx_accept(&ssl, &c->shake);
	if (!err)
		err = launch(c, ssl, fn, arg);
	if (err) {
		conn_free(c);
		return err;
	}
	log_start(c);
	*out = c;
	return ERR_OK;
}

static enum err
connect_to(struct tls_conn *c, const struct addr *remote,
    const struct addr *local)
{
	int on = 1;

	if (local != NULL && local->len != 0) {
		(void)setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT,
		    &on, sizeof(on));
		if (bind(c->fd, (const struct sockaddr *)&local->ss,
			local->len) != 0)
			return ERR_DIAL_REFUSED;
		c->shake.local = *local;
	}
	if (connect(c->fd, (const struct sockaddr *)&remote->ss,
		remote->len) != 0 && errno != EINPROGRESS)
		return ERR_DIAL_REFUSED;
	return ERR_OK;
}

enum err
tls_conn_dial(struct tls_conn **out, struct tls_party *p, const char *ifname,
    const struct addr *remote, const struct addr *local,
    const struct tls_limits *lim, tls_event_fn *fn, void *arg)
{
	evutil_socket_t fd = socket(remote->ss.ss_family, SOCK_STREAM, 0);
	struct tls_conn *c;
	SSL *ssl = NULL;
	enum err err;

	if (fd < 0)
		return ERR_SYSTEM;
	err = conn_new(&c, fd, remote, ifname, lim);
	if (err)
		return err;
	c->shake.party = p;
	c->shake.role = TLS_PEER_IS_SERVER;
	c->state = TLS_STATE_CONNECTING;
	err = tls_ctx_dial(&ssl, &c->shake);
	if (!err)
		err = connect_to(c, remote, local);
	if (!err)
		err = launch(c, ssl, fn, arg);
	else
		SSL_free(ssl);
	if (err) {
		conn_free(c);
		return err;
	}
	*out = c;
	return ERR_OK;
}
