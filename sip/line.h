/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Internal to sip/: the header lines of a head, one at a time. The framer
 * looks for Content-Length with it, the parser builds its index with it, so
 * that the two can never disagree about where a line begins.
 */
#ifndef SIP_LINE_H
#define SIP_LINE_H

#include "sip/msg.h"

/*
 * Take the next header with its folds off *rest. False at the empty line or
 * the end. *defect is what is wrong with the line: ERR_OK, ERR_SIP_HEADER
 * (name), ERR_SIP_BARE_NEWLINE or ERR_SIP_TOO_LONG (the id is then known).
 */
bool sip_line_next(struct str *rest, struct sip_line *line, enum err *defect);

/* The bytes up to the next CRLF, and with it; false if none is there. */
bool sip_line_take(struct str *rest, struct str *raw, bool *bare);

/* Bytes up to and with the first CRLFCRLF; 0: there is none. */
size_t sip_head_size(struct str s);

bool sip_is_token(struct str s); /* RFC 3261 25.1, not empty */

/* "Record-Route" of SIP_RECORD_ROUTE; "" of SIP_OTHER. */
const char *sip_hdr_name(enum sip_hdr id);
/* By full or compact name, any case. */
enum sip_hdr sip_hdr_id(struct str name);

#endif
