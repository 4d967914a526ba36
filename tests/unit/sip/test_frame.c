/* SPDX-License-Identifier: BSD-2-Clause */
/* Streams to messages: in one piece, byte by byte, pipelined, attacked. */
#include "tests/unit/sip/sip_fixture.h"

#include "sip/frame.h"

#include <time.h>

#define HEAD START FIVE

enum { WHOLE = 1 << 20 };

/* What a stream gives, a letter an event: m message, e message with an error
   (E: answerable), p ping, b broken (B: answerable). */
static const struct frame_row {
	const char *in;
	const char *events;
	enum err last;
} rows[] = {
	{ HEAD CRLF, "m", ERR_OK },
	{ HEAD "Content-Length: 3" CRLF CRLF "abc", "m", ERR_OK },
	{ HEAD "l: 3" CRLF CRLF "abc" HEAD CRLF, "mm", ERR_OK },
	{ HEAD "L \t:\t3 " CRLF CRLF "a\n\n" HEAD "l:0" CRLF CRLF HEAD CRLF,
	    "mmm", ERR_OK },
	{ HEAD "Content-Length: 0003" CRLF CRLF "abc", "m", ERR_OK },
	{ HEAD "Content-Length: 3" CRLF CRLF "ab", "", ERR_OK },
	{ CRLF HEAD CRLF CRLF HEAD CRLF, "mm", ERR_OK },
	{ CRLF CRLF, "p", ERR_OK },
	{ CRLF CRLF CRLF CRLF CRLF HEAD CRLF, "ppm", ERR_OK },
	{ HEAD CRLF CRLF CRLF HEAD CRLF, "mpm", ERR_OK },
	{ "X" CRLF CRLF HEAD CRLF, "em", ERR_OK },
	{ HEAD "X Y: z" CRLF CRLF HEAD CRLF, "Em", ERR_OK },
	{ HEAD "l: 3" CRLF "l: 3" CRLF CRLF "abc", "B", ERR_SIP_LENGTH },
	{ HEAD "l: 3" CRLF "Content-Length: 3" CRLF CRLF "abc", "B",
	    ERR_SIP_LENGTH },
	{ HEAD "l: -1" CRLF CRLF, "B", ERR_SIP_LENGTH },
	{ HEAD "l: +4" CRLF CRLF, "B", ERR_SIP_LENGTH },
	{ HEAD "l: 4abc" CRLF CRLF, "B", ERR_SIP_LENGTH },
	{ HEAD "l: 4, 4" CRLF CRLF, "B", ERR_SIP_LENGTH },
	{ HEAD "l: 4 4" CRLF CRLF, "B", ERR_SIP_LENGTH },
	{ HEAD "l:" CRLF CRLF, "B", ERR_SIP_LENGTH },
	{ HEAD "l:" CRLF " 4" CRLF CRLF, "B", ERR_SIP_LENGTH },
	{ HEAD "l: 4" CRLF " " CRLF CRLF, "B", ERR_SIP_LENGTH },
	{ HEAD "l: 4294967300" CRLF CRLF, "B", ERR_SIP_LENGTH },
	{ HEAD "l: 99999999999999999999999" CRLF CRLF, "B", ERR_SIP_LENGTH },
	{ HEAD "l: 5120001" CRLF CRLF, "B", ERR_SIP_BODY_TOO_BIG },
	{ HEAD "l: 5120000" CRLF CRLF, "", ERR_OK },
	{ START "l: x" CRLF CRLF, "b", ERR_SIP_LENGTH },
	{ START "X: a\rb" CRLF CRLF, "b", ERR_SIP_BARE_NEWLINE },
	{ START "X: a\nb" CRLF CRLF, "b", ERR_SIP_BARE_NEWLINE },
	{ "SUBSCRIBE sip:b@c SIP/2.0\nVia: x\n\n", "b",
	    ERR_SIP_BARE_NEWLINE },
	{ "\nSUBSCRIBE", "b", ERR_SIP_BARE_NEWLINE },
	{ "\rSUBSCRIBE", "b", ERR_SIP_BARE_NEWLINE },
	{ START "X: a" CRLF "\r\r\n", "b", ERR_SIP_BARE_NEWLINE },
	{ LYNC_START LYNC_VIAS_1 LYNC_HOPS LYNC_VIAS_2 LYNC_REST, "m",
	    ERR_OK },
};

static char
next_letter(struct sip_frame *f, struct buf *in, enum err *err)
{
	struct sip_msg *m;
	enum sip_frame_event event = sip_frame_next(f, in, &m, err);
	bool given = m != NULL;

	sip_msg_unref(m);
	switch (event) {
	case SIP_FRAME_MSG: return *err == ERR_OK ? 'm' : given ? 'E' : 'e';
	case SIP_FRAME_PING: return 'p';
	case SIP_FRAME_BROKEN: return given ? 'B' : 'b';
	case SIP_FRAME_MORE: break;
	}
	return 0;
}

/* Feed in pieces of this size; gather the letters. */
static enum err
run(char *events, const char *text, size_t piece)
{
	size_t n = strlen(text), at = 0, used = 0;
	enum err err, last = ERR_OK;
	struct sip_frame f;
	struct buf in;
	char c = 0;

	sip_frame_init(&f);
	buf_init(&in, WHOLE);
	while (at < n && c != 'b' && c != 'B') {
		size_t part = n - at < piece ? n - at : piece;

		buf_add(&in, text + at, part);
		at += part;
		while ((c = next_letter(&f, &in, &err)) != 0) {
			events[used++] = c;
			last = err;
			if (c == 'b' || c == 'B')
				break;
		}
	}
	events[used] = '\0';
	buf_fini(&in);
	return last;
}

static void
test_table_in_pieces(void **state)
{
	static const size_t pieces[] = { WHOLE, 1, 2, 3, 7, 64 };
	char events[64];
	size_t i, j;

	for (i = 0; i < countof(rows); i++)
		for (j = 0; j < countof(pieces); j++) {
			print_message("# row %zu by %zu\n", i, pieces[j]);
			assert_int_equal(
			    run(events, rows[i].in, pieces[j]), rows[i].last);
			assert_string_equal(events, rows[i].events);
		}
}

/* All of it is there: then it can even be answered. */
static void
test_bare_newline_is_answered(void **state)
{
	char events[64];

	assert_int_equal(run(events, HEAD "X: a\rb" CRLF CRLF, WHOLE),
	    ERR_SIP_BARE_NEWLINE);
	assert_string_equal(events, "B");
}

static void
test_body_and_order(void **state)
{
	static const char text[] = HEAD "l: 4" CRLF CRLF "a\r\nb" START
	    "v: SIP/2.0/TLS z" CRLF FIVE CRLF;
	struct sip_frame f;
	struct sip_msg *m;
	struct buf in;
	enum err err;

	sip_frame_init(&f);
	buf_init(&in, WHOLE);
	buf_add(&in, text, sizeof(text) - 1);
	assert_int_equal(sip_frame_next(&f, &in, &m, &err), SIP_FRAME_MSG);
	assert_str(m->body, "a\r\nb");
	assert_int_equal(sip_check(m), ERR_OK);
	sip_msg_unref(m);
	assert_int_equal(sip_frame_next(&f, &in, &m, &err), SIP_FRAME_MSG);
	assert_str(m->via.host, "z");
	assert_int_equal(m->body.n, 0);
	sip_msg_unref(m);
	assert_int_equal(sip_frame_next(&f, &in, &m, &err), SIP_FRAME_MORE);
	assert_null(m);
	assert_int_equal(buf_len(&in), 0);
	buf_fini(&in);
}

/* 64 KB without an end; and each byte is looked at once. */
static void
test_endless_head(void **state)
{
	struct sip_frame f;
	struct sip_msg *m;
	struct buf in;
	enum sip_frame_event event = SIP_FRAME_MORE;
	clock_t start = clock();
	enum err err;
	size_t n = 0;

	sip_frame_init(&f);
	buf_init(&in, WHOLE);
	while (event == SIP_FRAME_MORE && n < WHOLE) {
		buf_add(&in, n % 2 == 0 ? "a" : ":", 1);
		n++;
		event = sip_frame_next(&f, &in, &m, &err);
		assert_true(event != SIP_FRAME_MORE || f.scanned == n);
	}
	assert_int_equal(event, SIP_FRAME_BROKEN);
	assert_int_equal(err, ERR_SIP_TOO_LONG);
	assert_int_equal(n, SIP_MAX_HEAD);
	assert_null(m);
	buf_fini(&in);
	assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
}

static void
test_no_memory_stays_in_step(void **state)
{
	struct sip_frame f;
	struct sip_msg *m;
	struct buf in;
	enum err err;

	sip_frame_init(&f);
	buf_init(&in, WHOLE);
	buf_puts(&in, HEAD CRLF HEAD CRLF);
	mem_fail_after(0);
	assert_int_equal(sip_frame_next(&f, &in, &m, &err), SIP_FRAME_MSG);
	mem_fail_never();
	assert_int_equal(err, ERR_NOMEM);
	assert_null(m);
	assert_int_equal(sip_frame_next(&f, &in, &m, &err), SIP_FRAME_MSG);
	assert_int_equal(err, ERR_OK);
	sip_msg_unref(m);
	buf_fini(&in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_in_pieces),
		cmocka_unit_test(test_bare_newline_is_answered),
		cmocka_unit_test(test_body_and_order),
		cmocka_unit_test(test_endless_head),
		cmocka_unit_test(test_no_memory_stays_in_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
