/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes of an open connection: readiness in, four events out. One wake-up
 * moves a bounded number of bytes, so that no connection starves another;
 * the sends of one turn of the loop leave in one write.
 */
#include "tls/conn_state.h"

#include "base/log.h"
#include "tls/admit.h"

#include <assert.h>
#include <sys/socket.h>

enum { TURN_BYTES = 64 * 1024, RECORD = 16 * 1024 };

static const struct {
	const char *name;
	unsigned next;
} states[] = {
#define MAY(state) (1U << TLS_STATE_##state)
#define X(state, may) { #state, may },
	TLS_STATES(X)
#undef X
#undef MAY
};

void
tls_conn_set_state(struct tls_conn *c, enum tls_state next)
{
	assert((states[c->state].next & (1U << next)) != 0);
	log_debug("tls", "%s: %s -> %s", c->ifname, states[c->state].name,
	    states[next].name);
	c->state = next;
}

static void
want(struct event *ev, short what, bool on)
{
	if (ev == NULL || on == (event_pending(ev, what, NULL) != 0))
		return;
	if (on)
		event_add(ev, NULL);
	else
		event_del(ev);
}

static bool
has_room(const struct tls_conn *c)
{
	return buf_len(&c->in) < c->lim.max_input;
}

void
tls_conn_rearm(struct tls_conn *c)
{
	bool read = false, write = false;

	switch (c->state) {
	case TLS_STATE_CONNECTING:
		write = true;
		break;
	case TLS_STATE_HANDSHAKE:
		read = !c->read_wants_write;
		write = c->read_wants_write;
		break;
	case TLS_STATE_OPEN:
		read = has_room(c) || c->write_wants_read;
		write = c->read_wants_write ||
		    (c->blocked && !c->write_wants_read);
		break;
	case TLS_STATE_CLOSING:
		read = c->write_wants_read;
		write = !c->write_wants_read;
		break;
	case TLS_STATE_LINGER:
		read = true;
		break;
	case TLS_STATE_CLOSED:
		break;
	}
	want(c->readable, EV_READ, read);
	want(c->writable, EV_WRITE, write);
}

/* --- reading --- */

/* Bytes read; the outcome that ended it. */
static size_t
read_turn(struct tls_conn *c, enum tls_io *io)
{
	size_t total = 0;

	c->read_wants_write = false;
	*io = TLS_IO_DONE;
	while (total < TURN_BYTES && has_room(c)) {
		size_t room = c->lim.max_input - buf_len(&c->in), n = 0;
		char *p;

		if (room > RECORD)
			room = RECORD;
		p = buf_room(&c->in, room);
		if (p == NULL) {
			*io = TLS_IO_FAIL;
			break;
		}
		*io = TLS_CALL(c->ssl, SSL_read_ex(c->ssl, p, room, &n));
		if (*io != TLS_IO_DONE)
			break;
		buf_grew(&c->in, n);
		total += n;
	}
	c->read_wants_write = *io == TLS_IO_WANT_WRITE;
	return total;
}

static void
read_ready(struct tls_conn *c)
{
	enum tls_io io;
	char why[200];
	bool alert;
	size_t n = read_turn(c, &io);

	/* Taken now: the events below may run other connections' calls. */
	alert = io == TLS_IO_FAIL && tls_error_alert() != 0;
	if (io == TLS_IO_FAIL) {
		c->broken = true;
		tls_error_drain(why, sizeof(why));
	}
	if (n != 0) {
		c->last_ms = loop_now_ms();
		c->fn(c, TLS_DATA, c->arg);
	}
	if (c->state != TLS_STATE_OPEN)
		return;
	if (io == TLS_IO_EOF) {
		tls_conn_close(c, ERR_TLS_EOF);
	} else if (io == TLS_IO_FAIL) {
		log_ssl_lib("SSL_read", why);
		/* How a TLS 1.3 server refuses our certificate. */
		if (alert)
			tls_conn_fail(c, why, ERR_TLS_HANDSHAKE);
		else
			tls_conn_close(c, ERR_TLS_RESET);
	} else {
		buf_shrink(&c->in);
		if (has_room(c) && SSL_has_pending(c->ssl) &&
		    io == TLS_IO_DONE)
			loop_timer_start(c->kick, 0);
		tls_conn_rearm(c);
	}
}

void
tls_conn_on_kick(evutil_socket_t fd, short what, void *arg)
{
	struct tls_conn *c = arg;

	if (c->state == TLS_STATE_OPEN)
		read_ready(c);
}

struct buf *
tls_conn_input(struct tls_conn *c)
{
	return &c->in;
}

void
tls_conn_taken(struct tls_conn *c)
{
	if (c->state != TLS_STATE_OPEN || !has_room(c))
		return;
	if (SSL_has_pending(c->ssl))
		loop_timer_start(c->kick, 0);
	tls_conn_rearm(c);
}

/* --- writing --- */

static enum tls_io
write_turn(struct tls_conn *c)
{
	size_t total = 0;
	enum tls_io io = TLS_IO_DONE;

	while (buf_len(&c->out) != 0 && total < TURN_BYTES) {
		struct str s = buf_str(&c->out);
		size_t n = 0;

		io = TLS_CALL(c->ssl, SSL_write_ex(c->ssl, s.p, s.n, &n));
		if (io != TLS_IO_DONE)
			break;
		buf_drain(&c->out, n);
		total += n;
	}
	if (total != 0)
		c->last_ms = loop_now_ms();
	c->blocked = buf_len(&c->out) != 0;
	c->write_wants_read = io == TLS_IO_WANT_READ;
	return io;
}

/* Everything is sent: say so, and let the peer's last bytes drain, because
   closing on unread bytes would reset the connection under our own. */
static void
say_goodbye(struct tls_conn *c)
{
	ERR_clear_error();
	SSL_shutdown(c->ssl);
	ERR_clear_error();
	c->broken = true; /* nothing more to be sent by close */
	if (shutdown(c->fd, SHUT_WR) != 0) {
		tls_conn_close(c, c->why);
		return;
	}
	tls_conn_set_state(c, TLS_STATE_LINGER);
	tls_conn_rearm(c);
}

static void
write_ready(struct tls_conn *c)
{
	enum tls_io io = write_turn(c);
	char why[200];

	if (io == TLS_IO_FAIL || io == TLS_IO_EOF) {
		c->broken = true;
		log_ssl_lib("SSL_write", tls_error_drain(why, sizeof(why)));
		tls_conn_close(c, c->state == TLS_STATE_CLOSING ? c->why
								: ERR_TLS_RESET);
		return;
	}
	buf_shrink(&c->out);
	if (c->state == TLS_STATE_CLOSING) {
		if (buf_len(&c->out) == 0)
			say_goodbye(c);
		else
			tls_conn_rearm(c);
		return;
	}
	tls_conn_rearm(c);
	if (c->full && buf_len(&c->out) < c->lim.max_output / 2) {
		c->full = false;
		c->fn(c, TLS_DRAINED, c->arg);
	}
}

void
tls_conn_on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct tls_conn *c = arg;

	if (c->state == TLS_STATE_OPEN && !c->blocked)
		write_ready(c);
}

enum err
tls_conn_send(struct tls_conn *c, const void *p, size_t n)
{
	enum err err;

	if (c->state < TLS_STATE_OPEN)
		return ERR_WRONG_STATE;
	if (c->state != TLS_STATE_OPEN)
		return ERR_TLS_CLOSED;
	err = buf_add(&c->out, p, n);
	if (err == ERR_FULL || buf_len(&c->out) >= c->lim.max_output / 2)
		c->full = true;
	if (err)
		return err;
	if (!c->blocked)
		event_active(c->flush, EV_TIMEOUT, 1);
	return ERR_OK;
}

size_t
tls_conn_backlog(const struct tls_conn *c)
{
	return buf_len(&c->out);
}

/* --- readiness --- */

static void
linger(struct tls_conn *c)
{
	char waste[4096];
	ssize_t n = recv(c->fd, waste, sizeof(waste), 0);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		tls_conn_close(c, c->why);
}

static void
open_ready(struct tls_conn *c, short what)
{
	bool write = (what & EV_WRITE) != 0, read = (what & EV_READ) != 0;

	if ((write && c->blocked && !c->write_wants_read) ||
	    (read && c->write_wants_read))
		write_ready(c);
	if (c->state != TLS_STATE_OPEN)
		return;
	if ((read && has_room(c)) || (write && c->read_wants_write))
		read_ready(c);
}

void
tls_conn_on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct tls_conn *c = arg;

	switch (c->state) {
	case TLS_STATE_CONNECTING:
	case TLS_STATE_HANDSHAKE:
		tls_conn_step(c);
		break;
	case TLS_STATE_OPEN:
		open_ready(c, what);
		break;
	case TLS_STATE_CLOSING:
		write_ready(c);
		break;
	case TLS_STATE_LINGER:
		linger(c);
		break;
	case TLS_STATE_CLOSED:
		break;
	}
}

/* --- questions --- */

struct tls_party *
tls_conn_party(const struct tls_conn *c)
{
	return c->shake.party;
}

const struct addr *
tls_conn_remote(const struct tls_conn *c)
{
	return &c->shake.remote;
}

const struct addr *
tls_conn_local(const struct tls_conn *c)
{
	return &c->shake.local;
}

const char *
tls_conn_version(const struct tls_conn *c)
{
	return SSL_get_version(c->ssl);
}

const char *
tls_conn_cipher(const struct tls_conn *c)
{
	return SSL_get_cipher_name(c->ssl);
}

bool
tls_conn_resumed(const struct tls_conn *c)
{
	return SSL_session_reused(c->ssl) == 1;
}

enum err
tls_conn_why(const struct tls_conn *c)
{
	return c->why;
}

enum err
tls_conn_rejudge(struct tls_conn *c, struct tls_party *p)
{
	if (c->state != TLS_STATE_OPEN)
		return ERR_WRONG_STATE;
	return tls_admit_again(&c->shake, c->ssl, p);
}
