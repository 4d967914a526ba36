/* SPDX-License-Identifier: BSD-2-Clause */
/* A parsed message, forwarded: what we write must parse again. */
#include "base/mem.h"
#include "sip/edit.h"
#include "sip/line.h"
#include "sip/reply.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err
parse(struct sip_msg **m, const void *p, size_t size)
{
	size_t head = sip_head_size((struct str){ p, size });
	char *copy = mem_alloc(size);

	if (size != 0)
		memcpy(copy, p, size);
	if (head == 0)
		head = size;
	return sip_msg_parse(m, copy, head, size - head);
}

static void
forward(struct sip_msg *m)
{
	struct sip_msg *again;
	struct sip_edit *e;
	struct buf out;

	buf_init(&out, 1 << 20);
	if (sip_edit_new(&e, m) != ERR_OK)
		abort();
	sip_edit_pop_values(e, SIP_VIA, 1);
	sip_edit_push(e, SIP_VIA, "SIP/2.0/TLS fed.example;branch=z9hG4bKq");
	sip_edit_push(e, SIP_RECORD_ROUTE, "<sip:fed.example;lr>");
	if (m->max_forwards > 0)
		sip_edit_max_forwards(e);
	sip_edit_length(e);
	if (sip_edit_write(e, &out) == ERR_OK) {
		if (parse(&again, buf_str(&out).p, buf_len(&out)) != ERR_OK ||
		    !str_is(again->via.host, "fed.example"))
			abort();
		sip_msg_unref(again);
	}
	sip_edit_free(e);
	buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sip_msg *m;
	struct buf out;
	enum err err = parse(&m, data, size);

	buf_init(&out, 1 << 20);
	if (err == ERR_OK && sip_check(m) == ERR_OK)
		forward(m);
	if (m != NULL)
		(void)!sip_reply(&out, m, 400, NULL, "t", NULL);
	sip_msg_unref(m);
	buf_fini(&out);
	return 0;
}
