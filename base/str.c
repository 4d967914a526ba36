/* SPDX-License-Identifier: BSD-2-Clause */
/* Slices of text: see str.h. */
#include "base/str.h"

#include "base/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct str
str_of(const char *s)
{
	return s == NULL ? STR_EMPTY : (struct str){ s, strlen(s) };
}

bool
str_equal(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
str_equal_nocase(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

bool
str_is(struct str a, const char *b)
{
	return str_equal_nocase(a, str_of(b));
}

bool
str_starts_nocase(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && (n == 0 || strncasecmp(s.p, prefix, n) == 0);
}

ssize_t
str_find(struct str s, char c, size_t from)
{
	const char *at;

	if (from >= s.n)
		return -1;
	at = memchr(s.p + from, c, s.n - from);
	return at == NULL ? -1 : at - s.p;
}

struct str
str_sub(struct str s, size_t from, size_t n)
{
	if (from > s.n)
		from = s.n;
	if (n > s.n - from)
		n = s.n - from;
	return (struct str){ s.p + from, n };
}

struct str
str_from(struct str s, size_t from)
{
	return str_sub(s, from, s.n);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str
str_trim(struct str s)
{
	while (s.n != 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n != 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str
str_split(struct str *rest, char c)
{
	ssize_t at = str_find(*rest, c, 0);
	struct str head;

	if (at < 0) {
		head = *rest;
		*rest = str_from(*rest, rest->n);
		return head;
	}
	head = str_sub(*rest, 0, (size_t)at);
	*rest = str_from(*rest, (size_t)at + 1);
	return head;
}

bool
str_to_uint(struct str s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (s.n == 0)
		return false;
	for (i = 0; i < s.n; i++) {
		unsigned d = (unsigned char)s.p[i] - '0';

		if (d > 9 || v > (max - (d > max ? max : d)) / 10)
			return false;
		v = v * 10 + d;
	}
	if (v > max)
		return false;
	*out = v;
	return true;
}

char *
str_dup(struct str s)
{
	return mem_strndup(s.p, s.n);
}

char *
str_copy(char *dst, size_t size, struct str s)
{
	size_t n = s.n < size - 1 ? s.n : size - 1;

	if (n != 0)
		memcpy(dst, s.p, n);
	dst[n] = '\0';
	return dst;
}

char *
str_escape(char *dst, size_t size, struct str s)
{
	size_t at = 0, i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (at + 5 > size)
			break;
		if (c == '\\')
			at += (size_t)snprintf(dst + at, size - at, "\\\\");
		else if (c >= 0x20 && c < 0x7f)
			dst[at++] = (char)c;
		else
			at += (size_t)snprintf(
			    dst + at, size - at, "\\x%02x", c);
	}
	dst[at] = '\0';
	return dst;
}

size_t
str_distance(const char *a, const char *b)
{
	enum { MOST = 63 };
	size_t row[MOST + 1], n = strlen(a), m = strlen(b), i, j;

	if (n > MOST || m > MOST)
		return MOST;
	for (j = 0; j <= m; j++)
		row[j] = j;
	for (i = 1; i <= n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= m; j++) {
			size_t up = row[j];
			size_t cost = diagonal +
			    (tolower((unsigned char)a[i - 1]) !=
				tolower((unsigned char)b[j - 1]));

			if (row[j - 1] + 1 < cost)
				cost = row[j - 1] + 1;
			if (up + 1 < cost)
				cost = up + 1;
			row[j] = cost;
			diagonal = up;
		}
	}
	return row[m];
}
