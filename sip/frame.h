/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes of a stream to messages (RFC 3261 18.3, RFC 5626 4.4.1): strict, and
 * bounded before anything is parsed. A bare CR or LF never ends a line;
 * Content-Length is 1*DIGIT, once, within bounds; absent counts as 0.
 */
#ifndef SIP_FRAME_H
#define SIP_FRAME_H

#include "base/buf.h"
#include "sip/msg.h"

enum sip_frame_event {
	SIP_FRAME_MORE,    /* not enough bytes yet */
	SIP_FRAME_MSG,     /* *msg is a message; err says whether it parsed:
	                      ERR_OK, or a syntax error with *msg answerable
	                      (or NULL) and the stream still in step */
	SIP_FRAME_PING,    /* CRLFCRLF between messages: answer CRLF */
	SIP_FRAME_BROKEN   /* framing is lost: answer *msg with err's status if
	                      it is there, then close */
};

struct sip_frame {
	size_t scanned;    /* bytes of the pending head already looked at */
	size_t head;       /* bytes of a complete head; 0: not seen yet */
	size_t body;       /* Content-Length of that head */
	unsigned crlf;     /* leading CR LF bytes seen since the last message */
};

void sip_frame_init(struct sip_frame *f);

/*
 * Take the next event from the front of `in` (consumes what it reports).
 * Never looks at a byte twice while a head or a body trickles in. Leading
 * CRLFs are skipped, of any number; four of them (CRLFCRLF) are a ping, two a
 * pong to swallow. *msg is the caller's (sip_msg_unref).
 */
enum sip_frame_event sip_frame_next(struct sip_frame *f, struct buf *in,
    struct sip_msg **msg, enum err *err);

#endif
