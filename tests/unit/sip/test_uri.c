/* SPDX-License-Identifier: BSD-2-Clause */
/* URIs, name-addrs, parameters, comma lists: which host do we believe? */
#include "tests/unit/sip/sip_fixture.h"

static const struct uri_row {
	const char *text;
	enum err err;
	const char *scheme, *user, *host;
	uint16_t port;
	const char *params;
} uris[] = {
	{ "sip:a@b.example", ERR_OK, "sip", "a", "b.example", 0, "" },
	{ "SIPS:b.example:5061;transport=tls;lr", ERR_OK, "SIPS", "",
	    "b.example", 5061, "transport=tls;lr" },
	{ "sip:a@[2001:db8::1]:5061;lr?x=y", ERR_OK, "sip", "a",
	    "[2001:db8::1]", 5061, "lr" },
	{ "sip:10.0.0.1", ERR_OK, "sip", "", "10.0.0.1", 0, "" },
	{ "sip:sips%3Auser%40example.com@example.net", ERR_OK, "sip",
	    "sips%3Auser%40example.com", "example.net", 0, "" },
	{ "sip:1_u.URI~(to-be!sure)&isn't+it$/c?,/;;*:&it+has=1@example.com",
	    ERR_OK, "sip", "1_u.URI~(to-be!sure)&isn't+it$/c?,/;;*:&it+has=1",
	    "example.com", 0, "" },
	{ "sip:null-%00-null@example.com", ERR_OK, "sip", "null-%00-null",
	    "example.com", 0, "" },
	{ "tel:+4940", ERR_OK, "tel", "", "", 0, "" },
	{ "soap.beep://192.0.2.103:3002", ERR_OK, "soap.beep", "", "", 0, "" },
	{ "sip:x@good.com@evil.com", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "sip:x@good.com%40evil.com", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "sip:x@evil.com;p=@good.com", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "sip:@b.example", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "sip:", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "sip:a@", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "sip:a@b..example", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "sip:a@-b.example", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "sip:a@b_c", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "sip:a@b:0", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "sip:a@b:65536", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "sip:a@[::1", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "sip:a@[zz::1]", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "sip:a b@c", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "sip:a\x01@c", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "<sip:a@c>", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "no-colon", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
	{ "", ERR_SIP_SYNTAX, 0, 0, 0, 0, 0 },
};

static void
test_uri_table(void **state)
{
	struct sip_uri u;
	size_t i;

	for (i = 0; i < countof(uris); i++) {
		const struct uri_row *r = &uris[i];

		print_message("# %s\n", r->text);
		assert_int_equal(sip_uri_parse(&u, str_of(r->text)), r->err);
		if (r->err != ERR_OK)
			continue;
		assert_str(u.scheme, r->scheme);
		assert_str(u.user, r->user);
		assert_str(u.host, r->host);
		assert_int_equal(u.port, r->port);
		assert_str(u.params, r->params);
	}
}

static const struct addr_row {
	const char *text;
	enum err err;
	const char *host, *tag;
} addrs[] = {
	{ "\"Kim, Akers\"<sip:k@c.example>;tag=df;epid=ce", ERR_OK,
	    "c.example", "df" },
	{ "<sip:k@c.example>;epid=ce;tag=df", ERR_OK, "c.example", "df" },
	{ "Kim Akers <sip:k@c.example>", ERR_OK, "c.example", NULL },
	{ "\"J\xc3\xb6rg \\\"x\\\"\" <sip:k@c.example>;tag=1", ERR_OK,
	    "c.example", "1" },
	{ "J\xc3\xb6rg <sip:k@c.example>;tag=1", ERR_OK, "c.example", "1" },
	{ "sip:k@c.example;tag=1", ERR_OK, "c.example", "1" },
	{ "sip:server.c.example;transport=tcp", ERR_OK, "server.c.example",
	    NULL },
	{ "\"x\"\r\n <sip:k@c.example>\r\n ;tag=1", ERR_OK, "c.example", "1" },
	{ "<tel:+4940>;tag=1", ERR_OK, "", "1" },
	{ "\"a <sip:x@good.com>\" <sip:x@evil.com>", ERR_OK, "evil.com",
	    NULL },
	{ "\"a\\\" <sip:x@good.com>\" <sip:x@evil.com>", ERR_OK, "evil.com",
	    NULL },
	{ "<sip:p.example;transport=tls;lr;ms-route-sig=aB>;ms-rrsig=x;tag=4A",
	    ERR_OK, "p.example", "4A" },
	{ "<sip:x@good.com@evil.com>", ERR_SIP_SYNTAX, 0, 0 },
	{ "sip:x@good.com@evil.com", ERR_SIP_SYNTAX, 0, 0 },
	{ "sip:a;b@evil.com", ERR_SIP_SYNTAX, 0, 0 },
	{ "sip:x@good.com <sip:x@evil.com>", ERR_SIP_SYNTAX, 0, 0 },
	{ "\"a\" sip:x@good.com <sip:x@evil.com>", ERR_SIP_SYNTAX, 0, 0 },
	{ "\"no end <sip:x@evil.com>", ERR_SIP_SYNTAX, 0, 0 },
	{ "Bell, Alexander <sip:a@b.example>", ERR_SIP_SYNTAX, 0, 0 },
	{ "<sip:a@b.example> junk", ERR_SIP_SYNTAX, 0, 0 },
	{ "<sip:a@b.example><sip:a@c.example>", ERR_SIP_SYNTAX, 0, 0 },
	{ "<sip:a@b.example", ERR_SIP_SYNTAX, 0, 0 },
	{ "< sip:a@b.example>", ERR_SIP_SYNTAX, 0, 0 },
	{ "", ERR_SIP_SYNTAX, 0, 0 },
};

static void
test_addr_table(void **state)
{
	struct str params, tag;
	struct sip_uri u;
	size_t i;

	for (i = 0; i < countof(addrs); i++) {
		const struct addr_row *r = &addrs[i];

		print_message("# %s\n", r->text);
		assert_int_equal(
		    sip_uri_parse_addr(&u, &params, str_of(r->text)), r->err);
		if (r->err != ERR_OK)
			continue;
		assert_str(u.host, r->host);
		assert_int_equal(
		    sip_param(params, "tag", &tag), r->tag != NULL);
		if (r->tag != NULL)
			assert_str(tag, r->tag);
	}
}

static void
test_many_parameters_are_refused(void **state)
{
	struct str params;
	struct sip_uri u;
	char text[4096] = "<sip:a@b.example>";
	int i;

	for (i = 0; i < 1000; i++)
		strcat(text, ";a");
	assert_int_equal(
	    sip_uri_parse_addr(&u, &params, str_of(text)), ERR_SIP_SYNTAX);
}

static void
test_params(void **state)
{
	struct str p = STR("lr; Transport = tls ;x=\"a;tag=no\";tag=yes;e=");
	struct str v;

	assert_true(sip_param(p, "LR", &v));
	assert_str(v, "");
	assert_true(sip_param(p, "transport", &v));
	assert_str(v, "tls");
	assert_true(sip_param(p, "tag", &v));
	assert_str(v, "yes");
	assert_true(sip_param(p, "e", &v));
	assert_str(v, "");
	assert_false(sip_param(p, "a", &v));
}

static void
test_values(void **state)
{
	static const char *const want[] = { "\"a, b\" <sip:x,y@z>", "c",
		"<sip:d>;q=\",\"" };
	struct str rest =
	    STR("\"a, b\" <sip:x,y@z>, ,, c ,<sip:d>;q=\",\" ,");
	size_t i;

	for (i = 0; i < countof(want); i++)
		assert_str(sip_value_next(&rest), want[i]);
	assert_int_equal(sip_value_next(&rest).n, 0);
	assert_int_equal(sip_value_next(&rest).n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uri_table),
		cmocka_unit_test(test_addr_table),
		cmocka_unit_test(test_many_parameters_are_refused),
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
