/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading SIP text: see text.h. */
#include "config.h"

#include "tools/lab/text.h"

#include "base/mem.h"

#include <string.h>
#include <strings.h>

static const struct {
	char compact;
	const char *name;
} compact[] = { { 'v', "Via" }, { 'f', "From" }, { 't', "To" },
	{ 'i', "Call-ID" }, { 'm', "Contact" }, { 'l', "Content-Length" },
	{ 'c', "Content-Type" }, { 'o', "Event" }, { 'k', "Supported" } };

static ssize_t
find_text(struct str s, const char *what)
{
	const char *at = memmem(s.p, s.n, what, strlen(what));

	return at == NULL ? -1 : at - s.p;
}

static bool
name_is(struct str have, const char *name)
{
	size_t i;

	if (str_is(have, name))
		return true;
	for (i = 0; have.n == 1 && i < countof(compact); i++)
		if ((have.p[0] | 0x20) == compact[i].compact)
			return strcasecmp(compact[i].name, name) == 0;
	return false;
}

/* The line at the start of rest with its folded continuations. */
static struct str
cut_line(struct str *rest)
{
	size_t from = 0;
	struct str line;

	for (;;) {
		ssize_t lf = str_find(*rest, '\n', from);

		if (lf < 0) {
			line = *rest;
			*rest = STR_EMPTY;
			return line;
		}
		from = (size_t)lf + 1;
		if (from < rest->n &&
		    (rest->p[from] == ' ' || rest->p[from] == '\t'))
			continue;
		line = str_sub(*rest, 0, (size_t)lf);
		*rest = str_from(*rest, from);
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		return line;
	}
}

static enum err
read_fields(struct text *t, struct str head)
{
	while (head.n > 0) {
		struct str line = cut_line(&head);
		ssize_t colon = str_find(line, ':', 0);

		if (colon <= 0 || t->n == TEXT_FIELDS)
			return ERR_SIP_HEADER;
		t->field[t->n].name = str_trim(str_sub(line, 0, (size_t)colon));
		t->field[t->n].value =
		    str_trim(str_from(line, (size_t)colon + 1));
		t->n++;
	}
	return ERR_OK;
}

static enum err
content_length(const struct text *t, uint64_t *n)
{
	struct str v = text_get(t, "Content-Length", 0);

	if (!text_has(t, "Content-Length") ||
	    text_get(t, "Content-Length", 1).n > 0 ||
	    !str_to_uint(v, TEXT_BODY, n))
		return ERR_SIP_LENGTH;
	return ERR_OK;
}

enum err
text_frame(struct str s, size_t *skip, size_t *n)
{
	struct text t = { 0 };
	ssize_t end;
	uint64_t body;
	struct str head;
	enum err err;

	*skip = 0;
	while (*skip < s.n && (s.p[*skip] == '\r' || s.p[*skip] == '\n'))
		(*skip)++;
	s = str_from(s, *skip);
	end = find_text(s, "\r\n\r\n");
	if (end < 0)
		return s.n > TEXT_HEAD ? ERR_SIP_TOO_LONG : ERR_BUSY;
	head = str_sub(s, 0, (size_t)end + 2);
	cut_line(&head);
	err = read_fields(&t, head);
	if (err == ERR_OK)
		err = content_length(&t, &body);
	if (err != ERR_OK)
		return err;
	*n = (size_t)end + 4 + body;
	return s.n < *n ? ERR_BUSY : ERR_OK;
}

enum err
text_parse(struct text *t, struct str raw)
{
	ssize_t end = find_text(raw, "\r\n\r\n");
	struct str head, rest;
	uint64_t status;

	memset(t, 0, sizeof(*t));
	if (end < 0)
		return ERR_SIP_SYNTAX;
	t->raw = raw;
	t->body = str_from(raw, (size_t)end + 4);
	head = str_sub(raw, 0, (size_t)end + 2);
	t->line = cut_line(&head);
	rest = t->line;
	if (str_starts_nocase(rest, "SIP/2.0 ")) {
		rest = str_from(rest, 8);
		if (!str_to_uint(str_split(&rest, ' '), 699, &status) ||
		    status < 100)
			return ERR_SIP_START_LINE;
		t->status = (unsigned)status;
	} else {
		t->request = true;
		t->method = str_split(&rest, ' ');
		t->uri = str_split(&rest, ' ');
		if (!str_equal(rest, STR("SIP/2.0")))
			return ERR_SIP_START_LINE;
	}
	return read_fields(t, head);
}

struct str
text_get(const struct text *t, const char *name, size_t nth)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (name_is(t->field[i].name, name) && nth-- == 0)
			return t->field[i].value;
	return STR_EMPTY;
}

bool
text_has(const struct text *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (name_is(t->field[i].name, name))
			return true;
	return false;
}

unsigned
text_cseq(const struct text *t, struct str *method)
{
	struct str rest = text_get(t, "CSeq", 0), number;
	uint64_t n;

	number = str_split(&rest, ' ');
	*method = str_trim(rest);
	return str_to_uint(number, UINT32_MAX, &n) ? (unsigned)n : 0;
}

/* Index of the first c outside quotes and angle brackets, or s.n. */
static size_t
find_outside(struct str s, char c)
{
	bool quoted = false, angle = false;
	size_t i;

	for (i = 0; i < s.n; i++) {
		char x = s.p[i];

		if (quoted && x == '\\')
			i++;
		else if (x == '"')
			quoted = !quoted;
		else if (!quoted && !angle && x == c)
			return i;
		else if (!quoted && x == '<')
			angle = true;
		else if (!quoted && x == '>')
			angle = false;
	}
	return s.n;
}

struct str
text_element(struct str *rest)
{
	size_t n = find_outside(*rest, ',');
	struct str one = str_trim(str_sub(*rest, 0, n));

	*rest = str_from(*rest, n + 1);
	return one;
}

struct str
text_uri(struct str value)
{
	size_t open = find_outside(value, '<');
	struct str rest;

	if (open == value.n)
		return str_trim(str_sub(value, 0, find_outside(value, ';')));
	rest = str_from(value, open + 1);
	return str_split(&rest, '>');
}

struct str
text_param(struct str value, const char *name)
{
	struct str rest =
	    str_from(value, find_outside(value, ';') + 1);

	while (rest.n > 0) {
		size_t n = find_outside(rest, ';');
		struct str v = str_sub(rest, 0, n), key;

		rest = str_from(rest, n + 1);
		key = str_trim(str_split(&v, '='));
		if (str_is(key, name))
			return str_trim(v);
	}
	return STR_EMPTY;
}

struct str
text_uri_user(struct str uri)
{
	ssize_t at = str_find(uri, '@', 0);
	ssize_t colon = str_find(uri, ':', 0);

	if (at < 0 || colon < 0 || colon > at)
		return STR_EMPTY;
	return str_sub(uri, (size_t)colon + 1, (size_t)(at - colon - 1));
}

struct str
text_uri_host(struct str uri)
{
	ssize_t at = str_find(uri, '@', 0);
	ssize_t colon = str_find(uri, ':', 0);
	struct str host;
	size_t i;

	host = str_from(uri, (size_t)((at >= 0 ? at : colon) + 1));
	for (i = 0; i < host.n; i++)
		if (host.p[i] == ';' || host.p[i] == '?' ||
		    (host.p[i] == ':' && host.p[0] != '['))
			break;
	return str_sub(host, 0, i);
}
