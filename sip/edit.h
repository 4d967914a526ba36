/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message leaves as it came, but for these edits: original slices and new
 * text side by side, no re-serialising. Built for one message, written once.
 */
#ifndef SIP_EDIT_H
#define SIP_EDIT_H

#include "base/buf.h"
#include "sip/msg.h"

#include <sys/uio.h>

struct sip_edit; /* opaque; refers to its message */

enum err sip_edit_new(struct sip_edit **out, struct sip_msg *m) ERR_CHECK;
void sip_edit_free(struct sip_edit *e); /* NULL is fine */

/* Each remembers its first failure for sip_edit_write(). */
void sip_edit_ruri(struct sip_edit *e, struct str uri); /* copies uri */
/* A new header line before the first line of `id`; at the top if none. */
void sip_edit_push(struct sip_edit *e, enum sip_hdr id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Remove the first n values of this header, which may share lines. */
void sip_edit_pop_values(struct sip_edit *e, enum sip_hdr id, size_t n);
/* Remove the last value of this header (strict routing, RFC 3261 16.4). */
void sip_edit_pop_last(struct sip_edit *e, enum sip_hdr id);
/* Append a value as a new last line of this header. */
void sip_edit_append(struct sip_edit *e, enum sip_hdr id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Max-Forwards: decrement in place; add 70 when absent (16.6(3)). The name,
   blanks and case of the line stay; only the digits change. */
void sip_edit_max_forwards(struct sip_edit *e);
/* Add "Content-Length: 0" when the message has none (16.6(9)). */
void sip_edit_length(struct sip_edit *e);

/* The whole message appended to out; original bytes but for the edits. */
enum err sip_edit_write(struct sip_edit *e, struct buf *out) ERR_CHECK;

/* The i-th value over all lines of this header (comma rule); false: none. */
bool sip_value_at(const struct sip_msg *m, enum sip_hdr id, size_t i,
    struct str *value);

#endif
