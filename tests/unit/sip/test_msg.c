/* SPDX-License-Identifier: BSD-2-Clause */
/* The index and the decoded values; what is answerable; no memory. */
#include "tests/unit/sip/sip_fixture.h"

static void
test_lync(void **state)
{
	struct sip_msg *m;
	struct str v;

	assert_int_equal(parse_text(&m, LYNC), ERR_OK);
	assert_int_equal(sip_check(m), ERR_OK);
	assert_true(m->is_request);
	assert_str(m->method, "SUBSCRIBE");
	assert_str(m->uri.host, "cisco.example");
	assert_str(m->via.host, "sip.contoso.example");
	assert_int_equal(m->via.port, 5061);
	assert_str(m->via.branch, "z9hG4bK0D6A9383.D119DEC5");
	assert_false(m->via.alias);
	assert_str(m->from_uri.host, "contoso.example");
	assert_str(m->from_tag, "dfac414f0f");
	assert_int_equal(m->to_tag.n, 0);
	assert_int_equal(m->cseq, 1);
	assert_int_equal(m->max_forwards, 67);
	assert_true(m->has_length);
	assert_int_equal(m->n_lines, 18);
	assert_non_null(sip_msg_line(m, SIP_VIA, 2));
	assert_null(sip_msg_line(m, SIP_VIA, 3));
	v = sip_msg_named(m, "SUPPORTED", 1)->value;
	assert_str(v, "ms-piggyback-first-notify");
	assert_str(sip_msg_named(m, "event", 0)->value, "presence");
	assert_ptr_equal(sip_msg_ref(m), m);
	sip_msg_unref(m);
	sip_msg_unref(m);
}

static void
test_response(void **state)
{
	struct sip_msg *m;

	assert_int_equal(parse_text(&m, "SIP/2.0 101 Progress Report" CRLF
	    "v: SIP/2.0/tls [2001:db8::1];alias" CRLF
	    "f: <sip:a@b>;tag=1" CRLF "t: sip:c@d;tag=2;epid=9" CRLF
	    "i: x@y" CRLF "CSeq: 7" CRLF " BENOTIFY" CRLF "l: 0" CRLF CRLF),
	    ERR_OK);
	assert_int_equal(sip_check(m), ERR_OK);
	assert_false(m->is_request);
	assert_int_equal(m->status, 101);
	assert_str(m->reason, "Progress Report");
	assert_str(m->method, "BENOTIFY");
	assert_str(m->via.host, "[2001:db8::1]");
	assert_true(m->via.alias);
	assert_int_equal(m->via.branch.n, 0);
	assert_str(m->to_tag, "2");
	assert_int_equal(m->max_forwards, -1);
	sip_msg_unref(m);
}

enum answer { NONE, ANSWERABLE };

static const struct bad_row {
	const char *text;
	enum err err;
	enum answer answer;
} bad[] = {
	{ "GET / HTTP/1.1" CRLF "Host: x" CRLF CRLF, ERR_SIP_START_LINE,
	    NONE },
	{ "SUBSCRIBE  sip:b@c SIP/2.0" CRLF FIVE CRLF, ERR_SIP_START_LINE,
	    ANSWERABLE },
	{ "SUBSCRIBE sip:b@c; lr SIP/2.0" CRLF FIVE CRLF, ERR_SIP_START_LINE,
	    ANSWERABLE },
	{ "SUBSCRIBE sip:b@c SIP/2.0 " CRLF FIVE CRLF, ERR_SIP_START_LINE,
	    ANSWERABLE },
	{ "SUBSCRIBE <sip:b@c> SIP/2.0" CRLF FIVE CRLF, ERR_SIP_START_LINE,
	    ANSWERABLE },
	{ "SIP/2.0 4294967301 big" CRLF FIVE CRLF, ERR_SIP_START_LINE,
	    ANSWERABLE },
	{ START FIVE "To\x01: <sip:x@y>" CRLF CRLF, ERR_SIP_HEADER,
	    ANSWERABLE },
	{ START FIVE "X Y: z" CRLF CRLF, ERR_SIP_HEADER, ANSWERABLE },
	{ START FIVE ": z" CRLF CRLF, ERR_SIP_HEADER, ANSWERABLE },
	{ START FIVE "no colon" CRLF CRLF, ERR_SIP_HEADER, ANSWERABLE },
	{ START " lead: x" CRLF FIVE CRLF, ERR_SIP_HEADER, ANSWERABLE },
	{ START FIVE "X: a\rb" CRLF CRLF, ERR_SIP_BARE_NEWLINE, ANSWERABLE },
	{ START FIVE "X: a\nVia: b" CRLF CRLF, ERR_SIP_BARE_NEWLINE,
	    ANSWERABLE },
	{ START FIVE "Max-Forwards: -1" CRLF CRLF, ERR_SIP_HEADER,
	    ANSWERABLE },
	{ START FIVE "Max-Forwards: 300" CRLF CRLF, ERR_SIP_HEADER,
	    ANSWERABLE },
	{ START "Via: SIP/2.0/TLS a b;branch=1" CRLF FIVE CRLF,
	    ERR_SIP_HEADER, ANSWERABLE },
	{ START "Via: SIP/1.0/TLS a;branch=1" CRLF FIVE CRLF,
	    ERR_SIP_HEADER, ANSWERABLE },
	{ START "Via: " CRLF FIVE CRLF, ERR_SIP_HEADER, ANSWERABLE },
	{ START "From: <sip:x@good.com@evil.com>" CRLF FIVE CRLF,
	    ERR_SIP_HEADER, ANSWERABLE },
	{ START "CSeq: 36893488147419103232 SUBSCRIBE" CRLF FIVE CRLF,
	    ERR_SIP_CSEQ, ANSWERABLE },
	{ START "Call-ID: a b" CRLF FIVE CRLF, ERR_SIP_HEADER, ANSWERABLE },
	{ START FIVE, ERR_SIP_SYNTAX, ANSWERABLE },
	{ START "X Y: z" CRLF CRLF, ERR_SIP_HEADER, NONE },
	{ CRLF, ERR_SIP_START_LINE, NONE },
	{ "", ERR_SIP_START_LINE, NONE },
};

static void
test_bad_table(void **state)
{
	struct sip_msg *m;
	size_t i;

	for (i = 0; i < countof(bad); i++) {
		print_message("# row %zu\n", i);
		assert_int_equal(parse_text(&m, bad[i].text), bad[i].err);
		assert_int_equal(m != NULL, bad[i].answer == ANSWERABLE);
		sip_msg_unref(m);
	}
}

/* All of these are somebody's valid or unneeded bytes. */
static const char *const good[] = {
	START FIVE "Date: nonsense" CRLF "Contact: ;;,,;;,;" CRLF
	    "UnknownHeaderWithUnusualValue: ;;,,;;,;" CRLF CRLF,
	START FIVE "Contact: sip:server.contoso.com;transport=tcp" CRLF
	    "Contact: <sip:a@b>;text;audio;methods=\"INVITE, X\"" CRLF CRLF,
	START FIVE "Subject: \xc3\xbc\xc3\xa9" CRLF "X: \x1b[1m" CRLF CRLF,
	START FIVE "MAX-FORWARDS \t: 0068" CRLF "l : 0" CRLF CRLF,
	START "RECORD-ROUTE: <sip:p;lr;ms-fe=f>;ms-rrsig=x;tag=F" CRLF
	    FIVE CRLF,
	START FIVE "Authentication-Info: NTLM qop=\"auth\", opaque=1" CRLF
	    CRLF,
	"SUBSCRIBE sip:bob@b.example sip/2.0" CRLF FIVE CRLF,
};

static void
test_good_table(void **state)
{
	struct sip_msg *m;
	size_t i;

	for (i = 0; i < countof(good); i++) {
		print_message("# row %zu\n", i);
		assert_int_equal(parse_text(&m, good[i]), ERR_OK);
		assert_int_equal(sip_check(m), ERR_OK);
		assert_str(m->bytes, good[i]);
		sip_msg_unref(m);
	}
}

/* RFC 4475 3.1.1.2: a quoted NUL in To, a method of odd characters. */
static void
test_unusual_but_valid(void **state)
{
	static const char text[] =
	    "!interesting-Method0123456789_*+`.%indeed'~ "
	    "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
	    ":&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com "
	    "SIP/2.0" CRLF
	    "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~"
	    CRLF "To: \"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7F\" "
	    "<sip:1_unusual.URI~(to-be!sure)@example.com>" CRLF
	    "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>"
	    ";fromParam''~+*_!.-%=\"\xD1\x80\xD0\xB0\";tag=_token~1'+`*%!-."
	    CRLF "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{" CRLF
	    "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~"
	    CRLF "Content-Length: 0" CRLF CRLF;
	struct sip_msg *m;

	assert_int_equal(
	    parse_bytes(&m, text, sizeof(text) - 1, 0), ERR_OK);
	assert_int_equal(sip_check(m), ERR_OK);
	assert_str(m->to_uri.host, "example.com");
	sip_msg_unref(m);
}

static void
test_limits(void **state)
{
	static char text[SIP_MAX_HEAD + 4096];
	struct sip_msg *m;
	int i, n;

	n = sprintf(text, "%s%s", START, FIVE);
	for (i = 5; i < SIP_MAX_LINES; i++)
		n += sprintf(text + n, "X: y" CRLF);
	strcpy(text + n, CRLF);
	assert_int_equal(parse_text(&m, text), ERR_OK);
	sip_msg_unref(m);
	strcpy(text + n, "X: y" CRLF CRLF);
	assert_int_equal(parse_text(&m, text), ERR_SIP_TOO_LONG);
	assert_non_null(m);
	sip_msg_unref(m);

	/* A line of 3 KB is normal; 8 KB with its CRLF is the most. */
	for (i = 3000; i <= SIP_MAX_LINE + 1;
	     i = i == 3000 ? SIP_MAX_LINE : i + 1) {
		sprintf(text, "%s%sX:%*s" CRLF CRLF, START, FIVE, i - 4, "y");
		assert_int_equal(parse_text(&m, text),
		    i <= SIP_MAX_LINE ? ERR_OK : ERR_SIP_TOO_LONG);
		sip_msg_unref(m);
	}
	memset(text, 'a', 1100);
	memcpy(text, "SUBSCRIBE sip:", 14);
	strcpy(text + 14 + SIP_MAX_URI - 4, " SIP/2.0" CRLF FIVE CRLF);
	assert_int_equal(parse_text(&m, text), ERR_SIP_START_LINE);
	sip_msg_unref(m);
	text[14 + SIP_MAX_URI - 4] = 'a';
	strcpy(text + 14 + SIP_MAX_URI - 3, " SIP/2.0" CRLF FIVE CRLF);
	assert_int_equal(parse_text(&m, text), ERR_SIP_URI_TOO_LONG);
	assert_non_null(m);
	sip_msg_unref(m);
}

/* Attacker-sized tokens, every length around the powers of two. */
static void
test_length_sweep(void **state)
{
	static char text[80000], token[70001];
	struct sip_msg *m;
	enum err err;
	int n;

	memset(token, 'x', sizeof(token));
	for (n = 1; n <= 70000; n += n < 1030 ? 1 : n < 8300 ? 127 : 7001) {
		sprintf(text, START "Via: SIP/2.0/TLS a;branch=%.*s" CRLF
		    "From: <sip:a@b>;tag=%.*s" CRLF "To: <sip:a@b>" CRLF
		    "Call-ID: c" CRLF "CSeq: 1 SUBSCRIBE" CRLF CRLF,
		    n, token, n > 3000 ? 1 : n, token);
		err = parse_text(&m, text);
		if (n < SIP_MAX_LINE - 64) {
			assert_int_equal(err, ERR_OK);
			assert_int_equal(m->via.branch.n, n);
			assert_int_equal(m->from_tag.n, n > 3000 ? 1 : n);
		} else if (n > SIP_MAX_LINE) {
			assert_int_equal(err, ERR_SIP_TOO_LONG);
		}
		sip_msg_unref(m);
	}
}

static void
test_no_memory_sweep(void **state)
{
	struct sip_msg *m;
	enum err err;
	long n = 0, before;

	assert_int_equal(parse_text(&m, LYNC), ERR_OK); /* first-use state */
	sip_msg_unref(m);
	before = mem_live();
	do {
		mem_fail_after(n++);
		err = parse_text(&m, LYNC);
		mem_fail_never();
		if (err != ERR_OK)
			assert_null(m);
		sip_msg_unref(m);
		assert_int_equal(mem_live(), before);
	} while (err != ERR_OK && n < 10000);
	assert_true(n > 2 && n < 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lync),
		cmocka_unit_test(test_response),
		cmocka_unit_test(test_bad_table),
		cmocka_unit_test(test_good_table),
		cmocka_unit_test(test_unusual_but_valid),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_length_sweep),
		cmocka_unit_test(test_no_memory_sweep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
