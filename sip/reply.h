/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that we make ourselves from one that we hold: responses (RFC 3261
 * 8.2.6), the ACK of a non-2xx response (17.1.1.3) and CANCEL (9.1). Via,
 * From, To, Call-ID and CSeq are copied raw.
 */
#ifndef SIP_REPLY_H
#define SIP_REPLY_H

#include "base/buf.h"
#include "sip/msg.h"

/* The usual phrase of a status; "Unknown" never. */
const char *sip_reason(int status);

/*
 * A response to req. A To without tag gets ";tag=" to_tag (not for 100).
 * `extra` is header lines with CRLF, or NULL. Content-Length: 0 is last.
 */
enum err sip_reply(struct buf *out, const struct sip_msg *req, int status,
    const char *reason, const char *to_tag, const char *extra) ERR_CHECK;

/*
 * For a request that we sent (its bytes as forwarded, parsed): the ACK to the
 * non-2xx response resp, or (resp NULL) its CANCEL. The top Via, Request-URI,
 * Route, From, Call-ID of sent; To of resp (ACK) or of sent (CANCEL).
 */
enum err sip_ack(struct buf *out, const struct sip_msg *sent,
    const struct sip_msg *resp) ERR_CHECK;
enum err sip_cancel(struct buf *out, const struct sip_msg *sent) ERR_CHECK;

#endif
