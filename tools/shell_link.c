/* SPDX-License-Identifier: BSD-2-Clause */
/* The control socket: JSON lines out and in, each bounded: see shell.h. */
#include "tools/shell.h"

#include "base/mem.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const want_names[] = { [WANT_COMMAND] = "command",
	[WANT_ANSWER] = "answer",
	[WANT_SECRET] = "secret",
	[WANT_PASTE] = "paste" };

enum err
shell_link_open(struct shell_link *l, const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	l->fd = -1;
	/* An output line may be escaped: six bytes for one. */
	buf_init(&l->in, 6 * (size_t)SHELL_LINE + 64);
	if (strlen(path) >= sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		return ERR_IO;
	}
	str_copy(un.sun_path, sizeof(un.sun_path), str_of(path));
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return ERR_IO;
	return connect(l->fd, (struct sockaddr *)&un, sizeof(un)) == 0
		   ? ERR_OK
		   : ERR_IO;
}

void
shell_link_close(struct shell_link *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	buf_fini(&l->in);
}

static enum shell_end
send_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = send(fd, p, n, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR && !shell_interrupted)
			continue;
		if (done < 0)
			return errno == EINTR ? SHELL_INTERRUPTED
					      : SHELL_CLOSED;
		p += done;
		n -= (size_t)done;
	}
	return SHELL_OK;
}

enum shell_end
shell_link_send(struct shell_link *l, const char *kind, const char *text,
    enum shell_form form)
{
	enum shell_end end = SHELL_GARBLED;
	struct buf line;
	char *json;
	json_t *o = json_object();

	buf_init(&line, SHELL_LINE);
	if (o == NULL || json_object_set_new(o, kind, json_string(text)) != 0)
		goto out; /* not UTF-8, or no memory */
	if (form == FORM_JSON && strcmp(kind, "line") == 0 &&
	    json_object_set_new(o, "json", json_true()) != 0)
		goto out;
	json = json_dumps(o, JSON_COMPACT);
	if (json == NULL)
		goto out;
	buf_puts(&line, json);
	buf_puts(&line, "\n");
	memset(json, 0, strlen(json)); /* it may be a secret */
	mem_free(json); /* jansson allocates with mem_* */
	if (buf_error(&line) == ERR_OK)
		end = send_all(l->fd, line.p + line.start, buf_len(&line));
	if (line.p != NULL)
		memset(line.p, 0, line.cap);
out:
	buf_fini(&line);
	json_decref(o);
	return end;
}

/* More bytes into the buffer. */
static enum shell_end
fill(struct shell_link *l)
{
	char *room = buf_room(&l->in, 16384);
	ssize_t n;

	if (room == NULL)
		return SHELL_GARBLED;
	for (;;) {
		n = read(l->fd, room, 16384);
		if (n > 0) {
			buf_grew(&l->in, (size_t)n);
			return SHELL_OK;
		}
		if (n < 0 && errno == EINTR) {
			if (shell_interrupted)
				return SHELL_INTERRUPTED;
			continue;
		}
		return SHELL_CLOSED;
	}
}

static enum shell_end
read_want(const json_t *o, struct shell_turn *t)
{
	const char *want = json_string_value(json_object_get(o, "want"));
	const char *prompt = json_string_value(json_object_get(o, "prompt"));
	size_t i;

	t->ok = !json_is_false(json_object_get(o, "ok"));
	t->done = json_is_true(json_object_get(o, "done"));
	str_copy(t->prompt, sizeof(t->prompt), str_of(prompt));
	for (i = 0; want != NULL && i < countof(want_names); i++)
		if (strcmp(want, want_names[i]) == 0) {
			t->want = (enum shell_want)i;
			return SHELL_OK;
		}
	t->want = WANT_COMMAND;
	return t->done ? SHELL_OK : SHELL_GARBLED;
}

enum shell_end
shell_link_turn(struct shell_link *l, struct shell_turn *t, shell_out_fn *out,
    void *arg)
{
	size_t seen = 0;

	for (;;) {
		struct str s = buf_str(&l->in);
		ssize_t eol = str_find(s, '\n', seen);
		enum shell_end end;
		const char *text;
		json_t *o;

		if (eol < 0) {
			seen = s.n;
			end = fill(l);
			if (end != SHELL_OK)
				return end;
			continue;
		}
		o = json_loadb(s.p, (size_t)eol, 0, NULL);
		buf_drain(&l->in, (size_t)eol + 1);
		seen = 0;
		text = json_string_value(json_object_get(o, "out"));
		if (text != NULL)
			out(text, arg);
		if (json_object_get(o, "want") != NULL ||
		    json_is_true(json_object_get(o, "done"))) {
			end = read_want(o, t);
			json_decref(o);
			return end;
		}
		json_decref(o);
		if (text == NULL)
			return SHELL_GARBLED;
	}
}
