/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Borrowed text: a slice of somebody else's bytes, not NUL-terminated, never
 * freed. It is valid as long as what it points into.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(literal)   ((struct str){ (literal), sizeof(literal) - 1 })
#define STR_FMT(s)     (int)(s).n, (s).p /* for "%.*s" */
#define STR_EMPTY      ((struct str){ "", 0 })

struct str str_of(const char *s); /* NULL gives an empty slice */
bool str_equal(struct str a, struct str b);
bool str_equal_nocase(struct str a, struct str b); /* ASCII only */
bool str_is(struct str a, const char *b);          /* ignores case */
bool str_starts_nocase(struct str s, const char *prefix);
/* Index of the first c from `from` on, or -1. */
ssize_t str_find(struct str s, char c, size_t from);
struct str str_sub(struct str s, size_t from, size_t n); /* clamped */
struct str str_from(struct str s, size_t from);
struct str str_trim(struct str s); /* SP HTAB CR LF at both ends */
/* Split off what stands before the first c; *rest is what follows it. */
struct str str_split(struct str *rest, char c);
/* 1*DIGIT and nothing else, at most max; false otherwise. */
bool str_to_uint(struct str s, uint64_t max, uint64_t *out);
/* Owned, NUL-terminated copy (mem_free); NULL when memory runs out. */
char *str_dup(struct str s);
/* Copy into a fixed field, NUL-terminated, cut at size - 1. Returns dst. */
char *str_copy(char *dst, size_t size, struct str s);

/*
 * Escape for a log line or a terminal: everything outside printable ASCII
 * becomes \xNN, a backslash \\. Always terminates; returns dst.
 */
char *str_escape(char *dst, size_t size, struct str s);

/* Levenshtein distance of two short words, case ignored: "did you mean". */
size_t str_distance(const char *a, const char *b);

#endif
