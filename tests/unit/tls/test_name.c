/* SPDX-License-Identifier: BSD-2-Clause */
/* Which names match: RFC 5922 7.1 and our stricter rulings, as a table. */
#include "tests/unit/tls/make_cert.h"
#include "tls/hello.h"
#include "tls/name.h"

#include "base/mem.h"

#include <stdarg.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#define DENY TLS_WILDCARD_NEVER
#define WILD TLS_WILDCARD_LEFTMOST

static const struct {
	const char *cn[3];
	size_t cn_len;
	const char *san;
	const char *expected;
	enum tls_identity_check check;
	enum tls_wildcard wild;
	bool match;
} rows[] = {
	/* sip: URIs alone count where there is one */
	{ { "x" }, 0, "URI:sip:a.com", "a.com", TLS_SAN_OR_CN, DENY, true },
	{ { "x" }, 0, "URI:SIP:A.com", "a.COM", TLS_SAN_OR_CN, DENY, true },
	{ { "x" }, 0, "URI:sip:a.com:5061;transport=tls", "a.com", TLS_SAN,
	    DENY, true },
	{ { "x" }, 0, "URI:sip:b.com,DNS:a.com", "a.com", TLS_SAN_OR_CN, DENY,
	    false },
	{ { "x" }, 0, "URI:sip:u@a.com", "a.com", TLS_SAN_OR_CN, DENY, false },
	{ { "x" }, 0, "URI:sips:a.com", "a.com", TLS_SAN_OR_CN, DENY, false },
	{ { "x" }, 0, "URI:sip:u@b.com,DNS:a.com", "a.com", TLS_SAN, DENY,
	    true },
	{ { "x" }, 0, "URI:sip:*.a.com", "b.a.com", TLS_SAN, WILD, false },
	/* then DNS, then the CN, only without any SAN */
	{ { "a.com" }, 0, "DNS:b.com", "a.com", TLS_SAN_OR_CN, DENY, false },
	{ { "a.com" }, 0, "DNS:b.com", "a.com", TLS_CN, DENY, true },
	{ { "a.com" }, 0, "DNS:a.com", "a.com", TLS_SAN, DENY, true },
	{ { "a.com" }, 0, NULL, "a.com", TLS_SAN_OR_CN, DENY, true },
	{ { "a.com" }, 0, NULL, "a.com", TLS_SAN, DENY, false },
	{ { "a.com" }, 0, "URI:sip:u@a.com", "a.com", TLS_SAN_OR_CN, DENY,
	    false },
	{ { "a.com" }, 0, "IP:10.0.0.1", "a.com", TLS_SAN_OR_CN, DENY, false },
	/* several CNs: the last */
	{ { "a.com", "b.com" }, 0, NULL, "b.com", TLS_CN, DENY, true },
	{ { "a.com", "b.com" }, 0, NULL, "a.com", TLS_CN, DENY, false },
	/* bytes that no name has */
	{ { "a.com\0.evil.com" }, 15, NULL, "a.com", TLS_CN, DENY, false },
	{ { "a.com." }, 0, NULL, "a.com", TLS_CN, DENY, false },
	{ { "x" }, 0, "DNS:a.com.", "a.com", TLS_SAN, DENY, false },
	{ { "x" }, 0, "DNS:a.com", "a.com.", TLS_SAN, DENY, false },
	{ { "x" }, 0, "DNS:a.com", "", TLS_SAN, DENY, false },
	{ { "\xc3\xa4.com" }, 0, NULL, "\xc3\xa4.com", TLS_CN, DENY, false },
	{ { "x" }, 0, "DNS:a.com", "b.a.com", TLS_SAN, DENY, false },
	/* wildcards */
	{ { "x" }, 0, "DNS:*.a.com", "b.a.com", TLS_SAN, DENY, false },
	{ { "x" }, 0, "DNS:*.a.com", "b.a.com", TLS_SAN, WILD, true },
	{ { "x" }, 0, "DNS:*.a.com", "c.b.a.com", TLS_SAN, WILD, false },
	{ { "x" }, 0, "DNS:*.a.com", "a.com", TLS_SAN, WILD, false },
	{ { "x" }, 0, "DNS:b*.a.com", "bc.a.com", TLS_SAN, WILD, false },
	{ { "x" }, 0, "DNS:*.com", "a.com", TLS_SAN, WILD, false },
	{ { "x" }, 0, "DNS:*.a.com", "*.a.com", TLS_SAN, WILD, false },
	/* addresses */
	{ { "x" }, 0, "IP:10.0.0.1", "10.0.0.1", TLS_SAN_OR_CN, DENY, true },
	{ { "x" }, 0, "IP:2001:db8::1", "2001:DB8:0::1", TLS_SAN, DENY, true },
	{ { "x" }, 0, "DNS:10.0.0.1", "10.0.0.1", TLS_SAN, DENY, false },
	{ { "10.0.0.1" }, 0, NULL, "10.0.0.1", TLS_SAN_OR_CN, DENY, false },
	{ { "10.0.0.1" }, 0, NULL, "10.0.0.1", TLS_CN, DENY, true },
	{ { "10.0.0.1" }, 0, "DNS:x", "10.0.0.1", TLS_CN, DENY, true },
	{ { "10.0.0.10" }, 0, NULL, "10.0.0.1", TLS_CN, DENY, false },
};

static void
test_table(void **state)
{
	size_t i;

	for (i = 0; i < countof(rows); i++) {
		struct make_cert spec = { .cn_len = rows[i].cn_len,
			.san = rows[i].san };
		struct tls_names n;
		struct made m;
		bool match;

		memcpy(spec.cn, rows[i].cn, sizeof(spec.cn));
		m = make_cert(&spec, NULL);
		assert_int_equal(tls_names_init(&n, m.cert), ERR_OK);
		match = tls_names_cover(
		    &n, rows[i].expected, rows[i].check, rows[i].wild);
		if (match != rows[i].match)
			fail_msg("row %zu: %s", i, rows[i].expected);
		tls_names_fini(&n);
		made_free(&m);
	}
}

static void
test_text(void **state)
{
	struct make_cert spec = { .cn = { "x\ny" },
		.san = "URI:sip:a,DNS:b,IP:10.0.0.1" };
	struct made m = make_cert(&spec, NULL);
	struct tls_names n;
	char text[256], small[12];

	assert_int_equal(tls_names_init(&n, m.cert), ERR_OK);
	assert_string_equal(tls_names_text(&n, text, sizeof(text)),
	    "URI sip:a, DNS b, IP 10.0.0.1, CN x\\x0ay");
	assert_true(strlen(tls_names_text(&n, small, sizeof(small))) < 12);
	tls_names_fini(&n);
	made_free(&m);
}

static void
test_sni(void **state)
{
	static const struct {
		struct str in;
		const char *out;
	} sni[] = {
		{ { "\0\6\0\0\3abc", 8 }, "abc" },
		{ { "\0\6\0\0\4abc", 8 }, "" },
		{ { "\0\7\0\0\3abc", 8 }, "" },
		{ { "\0\6\1\0\3abc", 8 }, "" },
		{ { "\0\3\0\0\0", 5 }, "" },
		{ { "\0", 1 }, "" },
		{ { "", 0 }, "" },
	};
	size_t i;

	for (i = 0; i < countof(sni); i++)
		assert_true(str_is(tls_hello_sni(sni[i].in), sni[i].out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_sni),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
