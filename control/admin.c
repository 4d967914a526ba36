/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell's socket: docs/PROTOCOL.md. One conf_session a connection, one
 * JSON object a line, bounded both ways; the socket's permissions are the
 * authentication, the caller's uid is logged.
 */
#include "control/control.h"

#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "conf/session.h"
#include "control/crypto.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINE_MOST = 1 << 20, OUT_MOST = 32 << 20, MOST_SHELLS = 64 };

struct shell {
	struct shell *next;
	int fd;
	struct event *readable, *writable;
	struct buf in, out;
	struct conf_session *session;
	char user[40];
	bool busy;       /* a request is under way */
	bool closing;    /* when out is empty */
	struct grave grave;
};

static struct shell *shells;
static size_t n_shells;
static int listen_fd = -1;
static struct event *acceptable;
static char *socket_path;

static void
shell_free(void *object)
{
	struct shell *s = object;

	loop_event_free(&s->readable);
	loop_event_free(&s->writable);
	buf_fini(&s->in);
	buf_fini(&s->out);
	mem_free(s);
}

static void
shell_close(struct shell *s)
{
	struct shell **at;

	if (s->fd < 0)
		return;
	for (at = &shells; *at != s; at = &(*at)->next)
		;
	*at = s->next;
	n_shells--;
	event_del(s->readable);
	event_del(s->writable);
	close(s->fd);
	s->fd = -1;
	workers_sessions_cancel(s->session);
	control_crypto_session_ended(s->session);
	conf_session_free(s->session);
	s->session = NULL;
	loop_bury(&s->grave, shell_free, s);
}

static void
flush(struct shell *s)
{
	while (buf_len(&s->out) != 0) {
		struct str p = buf_str(&s->out);
		ssize_t n = send(s->fd, p.p, p.n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			event_add(s->writable, NULL);
			return;
		}
		if (n <= 0) {
			shell_close(s);
			return;
		}
		buf_drain(&s->out, (size_t)n);
	}
	buf_shrink(&s->out);
	if (s->closing)
		shell_close(s);
}

static void
put(struct shell *s, json_t *msg)
{
	char *text = msg != NULL ? json_dumps(msg, JSON_COMPACT) : NULL;

	json_decref(msg);
	if (text == NULL || buf_puts(&s->out, text) != ERR_OK ||
	    buf_puts(&s->out, "\n") != ERR_OK)
		s->closing = true; /* it does not read, or no memory */
	mem_free(text);
}

/* Output may hold any bytes that a certificate holds: keep JSON valid. */
static void
put_out(struct shell *s, struct str text)
{
	enum { PIECE = 60000 };

	while (text.n != 0) {
		struct str piece = str_sub(text, 0, PIECE);
		json_t *msg;

		/* Between lines: the other side ends each piece with one. */
		if (text.n > PIECE) {
			const char *lf = memrchr(piece.p, '\n', piece.n);

			if (lf != NULL)
				piece.n = (size_t)(lf - piece.p) + 1;
		}
		msg = json_pack("{s:s%}", "out", piece.p, piece.n);
		if (msg == NULL)
			msg = json_pack("{s:s}", "out",
			    "(text that is not UTF-8)\n");
		put(s, msg);
		text = str_from(text, piece.n);
	}
}

static const char *
want_word(enum conf_want want)
{
	static const char *const words[] = {
		[CONF_WANT_COMMAND] = "command",
		[CONF_WANT_ANSWER] = "answer",
		[CONF_WANT_SECRET] = "secret",
		[CONF_WANT_PASTE] = "paste",
		[CONF_WANT_NOTHING] = "command",
	};

	return words[want];
}

/* Output so far and, unless an action is still under way, the next prompt. */
static void
respond(struct shell *s)
{
	struct buf *out = conf_session_out(s->session);

	put_out(s, buf_str(out));
	buf_clear(out);
	if (conf_session_want(s->session) != CONF_WANT_NOTHING) {
		s->busy = false;
		s->closing = conf_session_done(s->session);
		put(s, json_pack("{s:s,s:s,s:b,s:b}", "want",
		    want_word(conf_session_want(s->session)), "prompt",
		    conf_session_prompt(s->session), "ok",
		    (int)!conf_session_failed(s->session), "done",
		    (int)s->closing));
	}
	flush(s);
}

/* Live from the shell: what is complete is applied as soon as the operator
   leaves a block; what is not yet waits, and `end` says why. */
static void
apply_if_ready(struct shell *s)
{
	if (!control.dirty || conf_session_depth(s->session) > 1)
		return;
	if (control_apply(APPLY_STRICT, NULL) != ERR_OK)
		log_debug("admin", "the configuration is not complete yet");
}

/*
 * The trail of who typed what. Answers are never in it; of a `crypto` line,
 * which may end in a passphrase, and of `password` only the first words are,
 * however they were shortened. Shows change nothing and are left out.
 */
static void
audit(struct shell *s, const char *line)
{
	struct str rest = str_trim(str_of(line)), first = rest;
	char text[512];
	size_t n = 0;
	int words;

	if (rest.n == 0 || str_starts_nocase(rest, "sh"))
		return;
	if (str_starts_nocase(rest, "cr") || str_starts_nocase(rest, "pass") ||
	    str_starts_nocase(rest, "no cr")) {
		int most = str_starts_nocase(rest, "pass") ? 1 : 4;

		for (words = 0; words < most && n < first.n; words++) {
			while (n < first.n && first.p[n] == ' ')
				n++;
			while (n < first.n && first.p[n] != ' ')
				n++;
		}
		first.n = n;
	}
	log_command(s->user, str_escape(text, sizeof(text), first));
}

static void
run_line(struct shell *s, const json_t *msg)
{
	const char *line = json_string_value(json_object_get(msg, "line"));
	enum conf_want want = conf_session_want(s->session);

	if (want == CONF_WANT_NOTHING)
		return;
	s->busy = true;
	conf_session_set_json(
	    s->session, json_is_true(json_object_get(msg, "json")));
	if (want == CONF_WANT_COMMAND)
		audit(s, line);
	conf_session_line(s->session, line);
	if (s->fd < 0)
		return;
	if (conf_session_want(s->session) == CONF_WANT_COMMAND)
		apply_if_ready(s);
	respond(s);
}

static void
run_help(struct shell *s, const json_t *msg, const char *key,
    enum err (*fn)(struct conf_session *, const char *, struct buf *))
{
	const char *typed = json_string_value(json_object_get(msg, key));
	struct buf out;

	buf_init(&out, LINE_MOST);
	if (fn(s->session, typed, &out) == ERR_OK)
		put_out(s, buf_str(&out));
	buf_fini(&out);
	respond(s);
}

static void
run_request(struct shell *s, struct str line)
{
	json_t *msg = json_loadb(line.p, line.n, 0, NULL);

	if (json_is_string(json_object_get(msg, "line")))
		run_line(s, msg);
	else if (json_is_string(json_object_get(msg, "help")))
		run_help(s, msg, "help", conf_session_help);
	else if (json_is_string(json_object_get(msg, "complete")))
		run_help(s, msg, "complete", conf_session_complete);
	else
		shell_close(s); /* not our protocol */
	json_decref(msg);
}

static void
run_requests(struct shell *s)
{
	while (s->fd >= 0 && !s->busy && !s->closing) {
		struct str all = buf_str(&s->in);
		ssize_t end = str_find(all, '\n', 0);
		char *copy;

		if (end < 0)
			break;
		copy = mem_strndup(all.p, (size_t)end);
		if (copy == NULL) {
			shell_close(s);
			return;
		}
		buf_drain(&s->in, (size_t)end + 1);
		run_request(s, str_of(copy));
		explicit_bzero(copy, (size_t)end);
		mem_free(copy);
	}
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct shell *s = arg;
	char *room = buf_room(&s->in, 16384);
	ssize_t n;

	if (room == NULL) { /* a line beyond all measure */
		shell_close(s);
		return;
	}
	n = recv(s->fd, room, 16384, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		shell_close(s);
		return;
	}
	buf_grew(&s->in, (size_t)n);
	run_requests(s);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	flush(arg);
}

/* --- what the sessions ask of us --- */

static struct conf *
session_conf(void *arg)
{
	return control.conf;
}

static void
session_changed(struct conf_session *session, void *arg)
{
	control.dirty = true;
}

static void
session_leave(struct conf_session *session, void *arg)
{
	struct buf why;
	struct str rest;
	enum err err = ERR_OK;

	if (!control.dirty)
		return;
	buf_init(&why, LINE_MOST);
	err = control_apply(APPLY_STRICT, &why);
	rest = buf_str(&why);
	while (err && rest.n != 0) {
		struct str line = str_split(&rest, '\n');

		conf_session_error(session, "%.*s", STR_FMT(line));
	}
	if (err) {
		buf_puts(conf_session_out(session),
		    "The workers keep the configuration before it.\n");
		log_rejected(buf_len(&why) != 0 ? buf_cstr(&why)
						: err_text(err));
	}
	buf_fini(&why);
}

static void
session_wake(struct conf_session *session, void *arg)
{
	struct shell *s = arg;

	if (s->fd < 0)
		return;
	if (conf_session_want(session) == CONF_WANT_COMMAND)
		apply_if_ready(s);
	respond(s);
	if (s->fd >= 0)
		run_requests(s);
}

static const struct conf_session_ops ops = {
	.conf = session_conf,
	.changed = session_changed,
	.leave = session_leave,
	.wake = session_wake,
};

void
admin_conf_replaced(void)
{
	struct shell *s;

	for (s = shells; s != NULL; s = s->next)
		while (conf_session_depth(s->session) > 1)
			conf_session_forget(
			    s->session, conf_session_object(s->session));
}

void
admin_forget(const void *object)
{
	struct shell *s;

	for (s = shells; s != NULL; s = s->next)
		conf_session_forget(s->session, object);
}

/* --- accepting --- */

static void
name_user(struct shell *s)
{
	struct ucred who;
	socklen_t len = sizeof(who);
	struct passwd *pw;

	snprintf(s->user, sizeof(s->user), "unknown");
	if (getsockopt(s->fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0)
		return;
	pw = getpwuid(who.uid);
	if (pw != NULL)
		snprintf(s->user, sizeof(s->user), "%.32s", pw->pw_name);
	else
		snprintf(s->user, sizeof(s->user), "uid %u", who.uid);
}

static void
on_acceptable(evutil_socket_t fd, short what, void *arg)
{
	int c = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct shell *s;

	if (c < 0)
		return;
	s = n_shells < MOST_SHELLS ? mem_new(struct shell) : NULL;
	if (s == NULL) {
		close(c);
		return;
	}
	s->fd = c;
	buf_init(&s->in, 2 * LINE_MOST);
	buf_init(&s->out, OUT_MOST);
	name_user(s);
	s->readable = loop_event(
	    c, EV_READ | EV_PERSIST, LOOP_HANDSHAKE, on_readable, s);
	s->writable = loop_event(c, EV_WRITE, LOOP_HANDSHAKE, on_writable, s);
	if (s->readable == NULL || s->writable == NULL ||
	    conf_session_new(&s->session, &ops, s) != ERR_OK) {
		close(c);
		shell_free(s);
		return;
	}
	s->next = shells;
	shells = s;
	n_shells++;
	event_add(s->readable, NULL);
	respond(s);
}

/* A socket that nobody answers is left from a crash; a live one is an error. */
static enum err
clear_old_socket(const struct sockaddr_un *sun)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), rc;

	if (fd < 0)
		return ERR_SYSTEM;
	rc = connect(fd, (const struct sockaddr *)sun, sizeof(*sun));
	close(fd);
	if (rc == 0)
		return ERR_EXISTS;
	unlink(sun->sun_path);
	return ERR_OK;
}

enum err
admin_start(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	mode_t mask;
	enum err err;
	int rc;

	if (strlen(path) >= sizeof(sun.sun_path))
		return ERR_CONF_VALUE;
	strcpy(sun.sun_path, path);
	err = clear_old_socket(&sun);
	if (err)
		return err;
	listen_fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	mask = umask(0177);
	rc = bind(listen_fd, (struct sockaddr *)&sun, sizeof(sun));
	umask(mask);
	if (rc != 0 || listen(listen_fd, 16) != 0)
		return ERR_SYSTEM;
	socket_path = mem_strdup(path);
	acceptable = loop_event(listen_fd, EV_READ | EV_PERSIST, LOOP_ACCEPT,
	    on_acceptable, NULL);
	if (acceptable == NULL)
		return ERR_NOMEM;
	event_add(acceptable, NULL);
	return ERR_OK;
}

void
admin_stop(void)
{
	while (shells != NULL)
		shell_close(shells);
	loop_event_free(&acceptable);
	if (listen_fd >= 0)
		close(listen_fd);
	listen_fd = -1;
	if (socket_path != NULL)
		unlink(socket_path);
	mem_free(socket_path);
	socket_path = NULL;
}
