/* SPDX-License-Identifier: BSD-2-Clause */
/* One row a rule of sip_check(), and one that passes beside it. */
#include "tests/unit/sip/sip_fixture.h"

#define VIA  "Via: SIP/2.0/TLS a;branch=1" CRLF
#define FROM "From: <sip:k@a>;tag=1" CRLF
#define TO   "To: <sip:b@c>" CRLF
#define ID   "Call-ID: 1" CRLF
#define CSEQ "CSeq: 1 SUBSCRIBE" CRLF

static const struct check_row {
	const char *text;
	enum err err;
} rows[] = {
	{ START FIVE CRLF, ERR_OK },
	{ "SUBSCRIBE sip:b@c SIP/7.0" CRLF FIVE CRLF, ERR_SIP_VERSION },
	{ "SIP/3.0 200 OK" CRLF FIVE CRLF, ERR_SIP_VERSION },
	{ START FROM TO ID CSEQ CRLF, ERR_SIP_MISSING },
	{ START VIA TO ID CSEQ CRLF, ERR_SIP_MISSING },
	{ START VIA FROM ID CSEQ CRLF, ERR_SIP_MISSING },
	{ START VIA FROM TO CSEQ CRLF, ERR_SIP_MISSING },
	{ START VIA FROM TO ID CRLF, ERR_SIP_MISSING },
	{ START FIVE VIA CRLF, ERR_OK },
	{ START FIVE FROM CRLF, ERR_SIP_HEADER },
	{ START FIVE "t: <sip:b@c>" CRLF CRLF, ERR_SIP_HEADER },
	{ START FIVE "i: 2" CRLF CRLF, ERR_SIP_HEADER },
	{ START FIVE CSEQ CRLF, ERR_SIP_HEADER },
	{ START FIVE "From : <sip:x@y>" CRLF CRLF, ERR_SIP_HEADER },
	{ START FIVE "Content-Length: 3" CRLF CRLF, ERR_SIP_LENGTH },
	{ "NOTIFY sip:b@c SIP/2.0" CRLF FIVE CRLF, ERR_SIP_CSEQ },
	{ "subscribe sip:b@c SIP/2.0" CRLF FIVE CRLF, ERR_SIP_CSEQ },
	{ "SUBSCRIBE nobodyKnows:opaque SIP/2.0" CRLF FIVE CRLF,
	    ERR_SIP_SCHEME },
	{ "SUBSCRIBE soap.beep://192.0.2.103:3002 SIP/2.0" CRLF FIVE CRLF,
	    ERR_SIP_SCHEME },
	{ "SUBSCRIBE tel:+1 SIP/2.0" CRLF FIVE CRLF, ERR_SIP_SCHEME },
	{ "SUBSCRIBE sips:b@c SIP/2.0" CRLF FIVE CRLF, ERR_OK },
	{ START FIVE "Proxy-Require: ms-benotify" CRLF CRLF, ERR_OK },
	{ START FIVE "Proxy-Require: ms-benotify, x" CRLF CRLF,
	    ERR_SIP_EXTENSION },
	{ START FIVE "Proxy-Require: ,x" CRLF CRLF, ERR_SIP_EXTENSION },
	{ "CANCEL sip:b@c SIP/2.0" CRLF VIA FROM TO ID "CSeq: 1 CANCEL" CRLF
	    "Proxy-Require: x" CRLF CRLF, ERR_OK },
};

static void
test_table(void **state)
{
	struct sip_msg *m;
	size_t i;

	for (i = 0; i < countof(rows); i++) {
		print_message("# row %zu\n", i);
		assert_int_equal(parse_text(&m, rows[i].text), ERR_OK);
		assert_int_equal(sip_check(m), rows[i].err);
		sip_msg_unref(m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
