/* SPDX-License-Identifier: BSD-2-Clause */
/* A growing byte buffer with a ceiling: see buf.h. */
#include "base/buf.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { BUF_FIRST = 512 };

void
buf_init(struct buf *b, size_t ceiling)
{
	*b = (struct buf){ .ceiling = ceiling };
}

void
buf_fini(struct buf *b)
{
	mem_free(b->p);
	buf_init(b, b->ceiling);
}

size_t
buf_len(const struct buf *b)
{
	return b->end - b->start;
}

struct str
buf_str(const struct buf *b)
{
	if (b->p == NULL)
		return STR_EMPTY;
	return (struct str){ b->p + b->start, b->end - b->start };
}

const char *
buf_cstr(struct buf *b)
{
	char *end = buf_room(b, 1);

	if (end == NULL)
		return "";
	*end = '\0';
	return b->p + b->start;
}

static bool
make_room(struct buf *b, size_t n)
{
	size_t len = buf_len(b), cap = b->cap;
	char *p;

	if (b->cap - b->end >= n)
		return true;
	if (b->start != 0) {
		memmove(b->p, b->p + b->start, len);
		b->start = 0;
		b->end = len;
		if (b->cap - b->end >= n)
			return true;
	}
	if (cap == 0)
		cap = BUF_FIRST;
	while (cap - len < n)
		cap *= 2;
	p = mem_realloc(b->p, cap);
	if (p == NULL)
		return false;
	b->p = p;
	b->cap = cap;
	return true;
}

char *
buf_room(struct buf *b, size_t n)
{
	/* One byte beyond the ceiling is allowed for buf_cstr()'s NUL. */
	if (n > b->ceiling + 1 || buf_len(b) > b->ceiling + 1 - n)
		return NULL;
	if (!make_room(b, n))
		return NULL;
	return b->p + b->end;
}

void
buf_grew(struct buf *b, size_t n)
{
	b->end += n;
}

enum err
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return ERR_OK;
	if (n > b->ceiling || buf_len(b) > b->ceiling - n) {
		b->failed = true;
		return ERR_FULL;
	}
	if (!make_room(b, n)) {
		b->failed = true;
		return ERR_NOMEM;
	}
	memcpy(b->p + b->end, p, n);
	b->end += n;
	return ERR_OK;
}

enum err
buf_add_str(struct buf *b, struct str s)
{
	return buf_add(b, s.p, s.n);
}

enum err
buf_puts(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

enum err
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list args, again;
	char small[256], *text = small;
	enum err err;
	int n;

	va_start(args, fmt);
	va_copy(again, args);
	n = vsnprintf(small, sizeof(small), fmt, args);
	if (n >= (int)sizeof(small)) {
		text = mem_alloc((size_t)n + 1);
		if (text != NULL)
			vsnprintf(text, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	va_end(args);
	if (n < 0 || text == NULL) {
		b->failed = true;
		return ERR_NOMEM;
	}
	err = buf_add(b, text, (size_t)n);
	if (text != small)
		mem_free(text);
	return err;
}

void
buf_drain(struct buf *b, size_t n)
{
	if (n >= buf_len(b))
		b->start = b->end = 0;
	else
		b->start += n;
}

void
buf_clear(struct buf *b)
{
	b->start = b->end = 0;
	b->failed = false;
}

void
buf_shrink(struct buf *b)
{
	if (buf_len(b) == 0 && b->p != NULL) {
		mem_free(b->p);
		b->p = NULL;
		b->cap = b->start = b->end = 0;
	}
}

enum err
buf_error(const struct buf *b)
{
	if (!b->failed)
		return ERR_OK;
	return buf_len(b) >= b->ceiling / 2 ? ERR_FULL : ERR_NOMEM;
}
