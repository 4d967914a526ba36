/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A byte buffer that grows up to a ceiling and drains from the front. A failed
 * append marks it, so a serialiser may append ten times and ask once.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *p;       /* bytes [start, end) are the content */
	size_t start;
	size_t end;
	size_t cap;
	size_t ceiling; /* bytes of content at most */
	bool failed;    /* an append did not fit or memory ran out */
};

void buf_init(struct buf *b, size_t ceiling);
void buf_fini(struct buf *b); /* frees; usable again with the same ceiling */

size_t buf_len(const struct buf *b);
struct str buf_str(const struct buf *b); /* valid until the next change */
const char *buf_cstr(struct buf *b);     /* NUL-terminated; "" on no memory */

/* ERR_FULL at the ceiling, ERR_NOMEM; the content is then unchanged. */
enum err buf_add(struct buf *b, const void *p, size_t n);
enum err buf_add_str(struct buf *b, struct str s);
enum err buf_puts(struct buf *b, const char *s);
enum err buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for n more bytes: pointer to write to, then buf_grew(). NULL: no room. */
char *buf_room(struct buf *b, size_t n);
void buf_grew(struct buf *b, size_t n);

void buf_drain(struct buf *b, size_t n); /* drop n bytes from the front */
void buf_clear(struct buf *b);           /* drop all, keep the memory */
void buf_shrink(struct buf *b);          /* free the memory when empty */

/* ERR_NOMEM or ERR_FULL if any append failed since init or clear. */
enum err buf_error(const struct buf *b);

#endif
