/* SPDX-License-Identifier: BSD-2-Clause */
/* Responses, ACK and CANCEL, byte for byte. */
#include "tests/unit/sip/sip_fixture.h"

#include "sip/reply.h"

#define HOPS(to)                                                               \
	"Via: SIP/2.0/TLS a;branch=1, SIP/2.0/TLS b" CRLF "Max-Forwards: 9"    \
	CRLF "v:SIP/2.0/TLS c" CRLF "Route: <sip:r;lr>" CRLF                   \
	"FROM : <sip:k@a>;tag=1" CRLF to CRLF "i: c1" CRLF                     \
	"CSeq: 0007 INVITE" CRLF "Timestamp: 54" CRLF
#define COPIED(to)                                                             \
	"Via: SIP/2.0/TLS a;branch=1, SIP/2.0/TLS b" CRLF                      \
	"v:SIP/2.0/TLS c" CRLF "FROM : <sip:k@a>;tag=1" CRLF to CRLF           \
	"i: c1" CRLF "CSeq: 0007 INVITE" CRLF
#define END "Content-Length: 0" CRLF CRLF

static const struct reply_row {
	const char *to;
	int status;
	const char *reason, *extra;
	const char *want;
} rows[] = {
	{ "INVITE sip:x SIP/2.0" CRLF HOPS("To: <sip:b@c>") CRLF, 404, NULL,
	    NULL,
	    "SIP/2.0 404 Not Found" CRLF COPIED("To: <sip:b@c>;tag=zz") END },
	{ "INVITE sip:x SIP/2.0" CRLF HOPS("t: sip:b@c ") CRLF, 420, "No",
	    "Unsupported: x" CRLF,
	    "SIP/2.0 420 No" CRLF COPIED("t: sip:b@c;tag=zz ")
	    "Unsupported: x" CRLF END },
	{ "INVITE sip:x SIP/2.0" CRLF HOPS("To: <sip:b@c>;tag=own") CRLF, 481,
	    NULL, NULL,
	    "SIP/2.0 481 Call/Transaction Does Not Exist" CRLF
	    COPIED("To: <sip:b@c>;tag=own") END },
	{ "INVITE sip:x SIP/2.0" CRLF HOPS("To: <sip:b@c>") CRLF, 100, NULL,
	    NULL,
	    "SIP/2.0 100 Trying" CRLF COPIED("To: <sip:b@c>")
	    "Timestamp: 54" CRLF END },
};

static void
test_reply_table(void **state)
{
	struct sip_msg *m;
	struct buf out;
	size_t i;

	for (i = 0; i < countof(rows); i++) {
		const struct reply_row *r = &rows[i];

		print_message("# row %zu\n", i);
		buf_init(&out, 65536);
		assert_int_equal(parse_text(&m, r->to), ERR_OK);
		assert_int_equal(sip_reply(&out, m, r->status, r->reason,
		    "zz", r->extra), ERR_OK);
		assert_string_equal(buf_cstr(&out), r->want);
		buf_fini(&out);
		sip_msg_unref(m);
	}
}

/* A To that nobody can read gets no second tag. */
static void
test_reply_to_malformed(void **state)
{
	struct sip_msg *m;
	struct buf out;

	buf_init(&out, 65536);
	assert_int_equal(parse_text(&m, "INVITE sip:x SIP/2.0" CRLF
	    HOPS("To: <<sip:b@c>;tag=7") CRLF), ERR_SIP_HEADER);
	assert_int_equal(sip_reply(&out, m, 400, NULL, "zz", NULL), ERR_OK);
	assert_string_equal(buf_cstr(&out), "SIP/2.0 400 Bad Request" CRLF
	    COPIED("To: <<sip:b@c>;tag=7") END);
	sip_msg_unref(m);
	buf_fini(&out);
}

static void
test_ack_and_cancel(void **state)
{
	struct sip_msg *sent, *resp;
	struct buf out;

	buf_init(&out, 65536);
	assert_int_equal(parse_text(&sent, "INVITE sip:x;lr SIP/2.0" CRLF
	    HOPS("To: <sip:b@c>") CRLF), ERR_OK);
	assert_int_equal(parse_text(&resp, "SIP/2.0 486 Busy Here" CRLF
	    COPIED("To: <sip:b@c>;tag=u") CRLF), ERR_OK);
	assert_int_equal(sip_ack(&out, sent, resp), ERR_OK);
	assert_string_equal(buf_cstr(&out), "ACK sip:x;lr SIP/2.0" CRLF
	    "Via: SIP/2.0/TLS a;branch=1" CRLF "Route: <sip:r;lr>" CRLF
	    "Max-Forwards: 70" CRLF "FROM : <sip:k@a>;tag=1" CRLF
	    "To: <sip:b@c>;tag=u" CRLF "i: c1" CRLF "CSeq: 7 ACK" CRLF END);
	buf_clear(&out);
	assert_int_equal(sip_cancel(&out, sent), ERR_OK);
	assert_string_equal(buf_cstr(&out), "CANCEL sip:x;lr SIP/2.0" CRLF
	    "Via: SIP/2.0/TLS a;branch=1" CRLF "Route: <sip:r;lr>" CRLF
	    "Max-Forwards: 70" CRLF "FROM : <sip:k@a>;tag=1" CRLF
	    "To: <sip:b@c>" CRLF "i: c1" CRLF "CSeq: 7 CANCEL" CRLF END);
	buf_clear(&out);
	assert_int_equal(sip_cancel(&out, resp), ERR_SIP_MISSING);
	assert_int_equal(buf_len(&out), 0);
	sip_msg_unref(sent);
	sip_msg_unref(resp);
	buf_fini(&out);
}

static void
test_every_error_has_a_phrase(void **state)
{
	int i;

	for (i = ERR_OK; i < ERR_COUNT; i++)
		assert_string_not_equal(
		    sip_reason(err_sip_status((enum err)i)), "Unknown");
	assert_string_equal(sip_reason(499), "Request Failure");
	assert_string_equal(sip_reason(9), "Server Internal Error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reply_table),
		cmocka_unit_test(test_reply_to_malformed),
		cmocka_unit_test(test_ack_and_cancel),
		cmocka_unit_test(test_every_error_has_a_phrase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
