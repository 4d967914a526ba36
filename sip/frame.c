/* SPDX-License-Identifier: BSD-2-Clause */
/* The framer: see frame.h. Each byte of a head is scanned once. */
#include "sip/frame.h"

#include "base/mem.h"
#include "sip/line.h"

#include <string.h>

enum { PONG = 2, PING = 4 };

/* How far a step came. */
enum step { STEP_DONE, STEP_MORE, STEP_PING, STEP_BROKEN };

void
sip_frame_init(struct sip_frame *f)
{
	*f = (struct sip_frame){ 0 };
}

/* CR and LF in turn between messages (RFC 5626 4.4.1). */
static enum step
skip_newlines(struct sip_frame *f, struct buf *in)
{
	struct str s = buf_str(in);
	size_t i;

	for (i = 0; i < s.n; i++) {
		char want = f->crlf % 2 == 0 ? '\r' : '\n';

		if (s.p[i] == want) {
			if (++f->crlf < PING)
				continue;
			f->crlf = 0;
			buf_drain(in, i + 1);
			return STEP_PING;
		}
		if (f->crlf % 2 != 0 || s.p[i] == '\n')
			return STEP_BROKEN;
		f->crlf = 0;
		break;
	}
	buf_drain(in, i);
	return i < s.n ? STEP_DONE : STEP_MORE;
}

/* Look on for the empty line; f->head is then the size of the head. */
static enum step
scan_head(struct sip_frame *f, struct str s)
{
	while (f->scanned < s.n) {
		ssize_t lf = str_find(s, '\n', f->scanned);
		size_t end = lf < 0 ? s.n : (size_t)lf;
		ssize_t cr = str_find(str_sub(s, 0, end), '\r', f->scanned);

		if (cr >= 0 && (size_t)cr + 1 != end)
			return STEP_BROKEN;
		if (lf < 0) {
			/* A last CR waits for its LF. */
			f->scanned = cr < 0 ? s.n : (size_t)cr;
			return STEP_MORE;
		}
		if (cr < 0)
			return STEP_BROKEN;
		f->scanned = end + 1;
		if (end >= 3 && s.p[end - 2] == '\n') {
			f->head = end + 1;
			return STEP_DONE;
		}
	}
	return STEP_MORE;
}

/* 1*DIGIT on the line itself, once. */
static enum err
read_length(struct sip_frame *f, struct str head)
{
	enum err defect, err = ERR_OK;
	struct sip_line line;
	bool bare = false;
	struct str start;
	uint64_t n = 0;
	unsigned seen = 0;

	f->body = 0;
	if (!sip_line_take(&head, &start, &bare))
		return ERR_SIP_START_LINE;
	while (sip_line_next(&head, &line, &defect)) {
		if (line.id != SIP_CONTENT_LENGTH)
			continue;
		/* A fold hides the number from half of all parsers. */
		if (seen++ != 0 || defect != ERR_OK ||
		    str_find(line.raw, '\n', 0) + 1 != (ssize_t)line.raw.n ||
		    !str_to_uint(line.value, UINT32_MAX, &n))
			return ERR_SIP_LENGTH;
		if (n > SIP_MAX_BODY)
			err = ERR_SIP_BODY_TOO_BIG;
	}
	f->body = (size_t)n;
	return err;
}

/* The message at the front of s, copied and parsed. */
static enum err
make(struct sip_msg **msg, struct str s, size_t head, size_t body)
{
	char *bytes = mem_alloc(head + body);

	if (bytes == NULL)
		return ERR_NOMEM;
	memcpy(bytes, s.p, head + body);
	return sip_msg_parse(msg, bytes, head, body);
}

/* Framing is lost for `why`; give the head if it can be answered. */
static enum sip_frame_event
broken(struct sip_frame *f, struct buf *in, struct sip_msg **msg,
    enum err *err, enum err why)
{
	struct str s = buf_str(in);

	if (f->head == 0 && why == ERR_SIP_BARE_NEWLINE)
		f->head = sip_head_size(str_sub(s, 0, SIP_MAX_HEAD));
	*err = why;
	if (f->head != 0)
		(void)!make(msg, s, f->head, 0);
	if (*msg != NULL && !sip_msg_answerable(*msg)) {
		sip_msg_unref(*msg);
		*msg = NULL;
	}
	return SIP_FRAME_BROKEN;
}

/* Find the end of the head and what it says about the body. */
static enum step
take_head(struct sip_frame *f, struct str s, enum err *err)
{
	enum step step;

	*err = ERR_SIP_BARE_NEWLINE;
	step = scan_head(f, str_sub(s, 0, SIP_MAX_HEAD));
	if (step == STEP_MORE && s.n >= SIP_MAX_HEAD) {
		*err = ERR_SIP_TOO_LONG;
		return STEP_BROKEN;
	}
	if (step != STEP_DONE)
		return step;
	*err = read_length(f, str_sub(s, 0, f->head));
	return *err == ERR_OK ? STEP_DONE : STEP_BROKEN;
}

enum sip_frame_event
sip_frame_next(struct sip_frame *f, struct buf *in, struct sip_msg **msg,
    enum err *err)
{
	enum step step = STEP_DONE;
	size_t size;

	*msg = NULL;
	*err = ERR_OK;
	if (f->scanned == 0) {
		step = skip_newlines(f, in);
		if (step == STEP_PING)
			return SIP_FRAME_PING;
		if (step == STEP_BROKEN)
			return broken(f, in, msg, err, ERR_SIP_BARE_NEWLINE);
	}
	if (step == STEP_DONE && f->head == 0) {
		step = take_head(f, buf_str(in), err);
		if (step == STEP_BROKEN)
			return broken(f, in, msg, err, *err);
		*err = ERR_OK;
	}
	if (step == STEP_MORE || buf_len(in) - f->head < f->body)
		return SIP_FRAME_MORE;
	size = f->head + f->body;
	*err = make(msg, buf_str(in), f->head, f->body);
	buf_drain(in, size);
	sip_frame_init(f);
	return SIP_FRAME_MSG;
}
