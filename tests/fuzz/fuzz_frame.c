/* SPDX-License-Identifier: BSD-2-Clause */
/* A hostile stream: the same events whole and byte by byte, or abort. */
#include "sip/frame.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct trace {
	enum sip_frame_event events[MOST];
	size_t bytes[MOST]; /* of the message */
	size_t n;
};

/* True once the stream is lost or enough was seen. */
static bool
drain(struct trace *t, struct sip_frame *f, struct buf *in)
{
	enum sip_frame_event event;
	struct sip_msg *m;
	enum err err;

	while ((event = sip_frame_next(f, in, &m, &err)) != SIP_FRAME_MORE) {
		/* Whether a broken head is whole yet depends on pieces. */
		t->bytes[t->n] = event == SIP_FRAME_MSG && m != NULL
		    ? m->bytes.n : 0;
		t->events[t->n++] = event;
		if (m != NULL && event == SIP_FRAME_MSG && err == ERR_OK)
			err = sip_check(m);
		sip_msg_unref(m);
		if (event == SIP_FRAME_BROKEN || t->n == MOST)
			return true;
	}
	return false;
}

static void
run(struct trace *t, const uint8_t *data, size_t size, size_t piece)
{
	struct sip_frame f;
	struct buf in;
	size_t at = 0;
	bool done = false;

	memset(t, 0, sizeof(*t));
	sip_frame_init(&f);
	buf_init(&in, size + 1);
	while (at < size && !done) {
		size_t n = size - at < piece ? size - at : piece;

		(void)buf_add(&in, data + at, n);
		at += n;
		done = drain(t, &f, &in);
	}
	buf_fini(&in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace whole, bytes;

	run(&whole, data, size, size);
	run(&bytes, data, size, 1);
	if (memcmp(&whole, &bytes, sizeof(whole)) != 0)
		abort();
	return 0;
}
