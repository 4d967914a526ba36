/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Edits as splices: at an offset of the original, so many bytes go and some
 * new text comes. Everything between two splices is copied untouched. See
 * edit.h.
 */
#include "sip/edit.h"

#include "base/mem.h"
#include "sip/line.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_TEXT = 4 * SIP_MAX_LINE, MAX_POPS = 65536, DEFAULT_HOPS = 70 };

struct splice {
	size_t at;   /* offset in the original */
	size_t cut;  /* bytes of the original that go */
	size_t text; /* offset in edit.text: it may move as it grows */
	size_t n;
};

struct sip_edit {
	struct sip_msg *msg;
	enum err err; /* the first failure */
	struct buf text;
	struct splice *splices; /* sorted by `at`, then as they shall appear */
	size_t n_splices;
	size_t front[SIP_REQUIRE + 1]; /* values to remove, by header */
	size_t back[SIP_REQUIRE + 1];
};

/* Where among the splices of one offset a new one goes. */
enum place { BEFORE_OTHERS, AFTER_OTHERS };

enum err
sip_edit_new(struct sip_edit **out, struct sip_msg *m)
{
	struct sip_edit *e = mem_new(struct sip_edit);

	*out = e;
	if (e == NULL)
		return ERR_NOMEM;
	e->msg = sip_msg_ref(m);
	buf_init(&e->text, MAX_TEXT);
	return ERR_OK;
}

void
sip_edit_free(struct sip_edit *e)
{
	if (e == NULL)
		return;
	sip_msg_unref(e->msg);
	buf_fini(&e->text);
	mem_free(e->splices);
	mem_free(e);
}

static void
fail(struct sip_edit *e, enum err err)
{
	if (e->err == ERR_OK)
		e->err = err;
}

static size_t
offset(const struct sip_edit *e, const char *p)
{
	return (size_t)(p - e->msg->bytes.p);
}

static void
add_splice(struct sip_edit *e, enum place place, struct splice new)
{
	size_t i = 0;

	if (!mem_grow(e->splices, e->n_splices)) {
		fail(e, ERR_NOMEM);
		return;
	}
	while (i < e->n_splices &&
	    (e->splices[i].at < new.at ||
	        (place == AFTER_OTHERS && e->splices[i].at == new.at)))
		i++;
	memmove(&e->splices[i + 1], &e->splices[i],
	    (e->n_splices - i) * sizeof(new));
	e->splices[i] = new;
	e->n_splices++;
}

static void
cut(struct sip_edit *e, const char *from, const char *to)
{
	/* Text put at the same place stands before what goes. */
	if (to > from)
		add_splice(e, AFTER_OTHERS, (struct splice){
		    offset(e, from), (size_t)(to - from), 0, 0 });
}

/* A whole new line "Name: text CRLF" at p, or a bare text when name is "". */
static void
insert(struct sip_edit *e, enum place place, const char *p, size_t gone,
    const char *name, struct str text)
{
	size_t start = buf_len(&e->text);
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] == '\r' || text.p[i] == '\n' ||
		    text.p[i] == '\0') {
			fail(e, ERR_SIP_SYNTAX);
			return;
		}
	if (name[0] != '\0') {
		buf_puts(&e->text, name);
		buf_puts(&e->text, ": ");
	}
	buf_add_str(&e->text, text);
	if (name[0] != '\0')
		buf_puts(&e->text, "\r\n");
	if (buf_error(&e->text) != ERR_OK) {
		fail(e, buf_error(&e->text));
		return;
	}
	add_splice(e, place, (struct splice){ offset(e, p), gone, start,
	    buf_len(&e->text) - start });
}

static const char *
first_line(const struct sip_msg *m)
{
	return m->start.p + m->start.n + 2;
}

/* Where the empty line begins. */
static const char *
last_line(const struct sip_msg *m)
{
	return m->body.p - 2;
}

void
sip_edit_ruri(struct sip_edit *e, struct str uri)
{
	size_t i;

	if (!e->msg->is_request || e->msg->ruri.n == 0 || uri.n == 0) {
		fail(e, ERR_WRONG_STATE);
		return;
	}
	for (i = 0; i < uri.n; i++)
		if ((unsigned char)uri.p[i] <= ' ') {
			fail(e, ERR_SIP_SYNTAX);
			return;
		}
	insert(e, AFTER_OTHERS, e->msg->ruri.p, e->msg->ruri.n, "", uri);
}

/* Format and insert a line of this header. */
__attribute__((format(printf, 5, 0))) static void
insert_line(struct sip_edit *e, enum place place, const char *p,
    enum sip_hdr id, const char *fmt, va_list args)
{
	char small[1024], *text = small;
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(small, sizeof(small), fmt, args);
	if (n >= (int)sizeof(small)) {
		text = mem_alloc((size_t)n + 1);
		if (text != NULL)
			vsnprintf(text, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	if (n < 0 || text == NULL)
		fail(e, ERR_NOMEM);
	else if (id == SIP_OTHER)
		fail(e, ERR_WRONG_STATE);
	else
		insert(e, place, p, 0, sip_hdr_name(id),
		    (struct str){ text, (size_t)n });
	if (text != small)
		mem_free(text);
}

void
sip_edit_push(struct sip_edit *e, enum sip_hdr id, const char *fmt, ...)
{
	const struct sip_line *line = sip_msg_line(e->msg, id, 0);
	va_list args;

	va_start(args, fmt);
	insert_line(e, BEFORE_OTHERS,
	    line != NULL ? line->raw.p : first_line(e->msg), id, fmt, args);
	va_end(args);
}

void
sip_edit_append(struct sip_edit *e, enum sip_hdr id, const char *fmt, ...)
{
	const struct sip_line *line, *last = NULL;
	va_list args;
	size_t i;

	for (i = 0; (line = sip_msg_line(e->msg, id, i)) != NULL; i++)
		last = line;
	va_start(args, fmt);
	insert_line(e, AFTER_OTHERS,
	    last != NULL ? last->raw.p + last->raw.n : first_line(e->msg), id,
	    fmt, args);
	va_end(args);
}

void
sip_edit_pop_values(struct sip_edit *e, enum sip_hdr id, size_t n)
{
	if (n > MAX_POPS)
		fail(e, ERR_WRONG_STATE);
	else
		e->front[id] += n;
}

void
sip_edit_pop_last(struct sip_edit *e, enum sip_hdr id)
{
	e->back[id]++;
}

void
sip_edit_max_forwards(struct sip_edit *e)
{
	const struct sip_line *line =
	    sip_msg_line(e->msg, SIP_MAX_FORWARDS, 0);
	char digits[16];

	if (line == NULL) {
		snprintf(digits, sizeof(digits), "%d", DEFAULT_HOPS);
		insert(e, AFTER_OTHERS, last_line(e->msg), 0,
		    sip_hdr_name(SIP_MAX_FORWARDS), str_of(digits));
		return;
	}
	if (e->msg->max_forwards <= 0) {
		fail(e, e->msg->max_forwards == 0 ? ERR_SIP_HOPS
		                                  : ERR_WRONG_STATE);
		return;
	}
	snprintf(digits, sizeof(digits), "%d", e->msg->max_forwards - 1);
	insert(e, AFTER_OTHERS, line->value.p, line->value.n, "",
	    str_of(digits));
}

void
sip_edit_length(struct sip_edit *e)
{
	if (!e->msg->has_length)
		insert(e, AFTER_OTHERS, last_line(e->msg), 0,
		    sip_hdr_name(SIP_CONTENT_LENGTH), STR("0"));
}

static size_t
count_values(const struct sip_msg *m, enum sip_hdr id)
{
	const struct sip_line *line;
	size_t n = 0, i;

	for (i = 0; (line = sip_msg_line(m, id, i)) != NULL; i++) {
		struct str rest = line->value;

		while (sip_value_next(&rest).n != 0)
			n++;
	}
	return n;
}

/* Cut what is popped from one line whose first value has this index. */
static size_t
pop_from_line(struct sip_edit *e, const struct sip_line *line, size_t index,
    size_t from, size_t to)
{
	struct str rest = line->value, value, kept = STR_EMPTY;
	const char *first_kept = NULL, *end;
	size_t first = index;

	while ((value = sip_value_next(&rest)).n != 0) {
		if (index >= from && index < to) {
			if (first_kept == NULL)
				first_kept = value.p;
			kept = value;
		}
		index++;
	}
	end = line->value.p + line->value.n;
	if (index == first) /* an empty line holds nothing to pop */
		return index;
	if (first_kept == NULL) {
		cut(e, line->raw.p, line->raw.p + line->raw.n);
		return index;
	}
	if (first < from)
		cut(e, line->value.p, first_kept);
	if (index > to)
		cut(e, kept.p + kept.n, end);
	return index;
}

/* Turn the pops of one header into splices. */
static void
plan_pops(struct sip_edit *e, enum sip_hdr id)
{
	const struct sip_line *line;
	size_t total = count_values(e->msg, id), index = 0, i, from, to;

	from = e->front[id];
	if (from > total || e->back[id] > total - from) {
		fail(e, ERR_NOT_FOUND);
		return;
	}
	to = total - e->back[id];
	for (i = 0; (line = sip_msg_line(e->msg, id, i)) != NULL; i++)
		index = pop_from_line(e, line, index, from, to);
	e->front[id] = e->back[id] = 0;
}

enum err
sip_edit_write(struct sip_edit *e, struct buf *out)
{
	struct str all = e->msg->bytes, text;
	size_t at = 0, size = all.n, i;

	for (i = 1; i < countof(e->front); i++)
		if (e->front[i] + e->back[i] != 0)
			plan_pops(e, (enum sip_hdr)i);
	if (e->err != ERR_OK)
		return e->err;
	for (i = 0; i < e->n_splices; i++) {
		const struct splice *s = &e->splices[i];

		if (s->at < at) /* two edits of the same bytes */
			return ERR_WRONG_STATE;
		at = s->at + s->cut;
		size = size + s->n - s->cut;
	}
	/* Room for all first: a message is written whole or not at all. */
	if (size > out->ceiling || buf_len(out) > out->ceiling - size)
		return ERR_FULL;
	if (buf_room(out, size) == NULL)
		return ERR_NOMEM;
	text = buf_str(&e->text);
	at = 0;
	for (i = 0; i < e->n_splices; i++) {
		const struct splice *s = &e->splices[i];

		buf_add_str(out, str_sub(all, at, s->at - at));
		buf_add_str(out, str_sub(text, s->text, s->n));
		at = s->at + s->cut;
	}
	return buf_add_str(out, str_from(all, at));
}

bool
sip_value_at(const struct sip_msg *m, enum sip_hdr id, size_t i,
    struct str *value)
{
	const struct sip_line *line;
	size_t at;

	for (at = 0; (line = sip_msg_line(m, id, at)) != NULL; at++) {
		struct str rest = line->value;

		while ((*value = sip_value_next(&rest)).n != 0)
			if (i-- == 0)
				return true;
	}
	return false;
}
