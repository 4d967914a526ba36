/* SPDX-License-Identifier: BSD-2-Clause */
/* Edited messages, compared byte for byte. */
#include "tests/unit/sip/sip_fixture.h"

#include "sip/edit.h"

#define OUR_VIA "Via: SIP/2.0/TLS fed.example:5061;branch=z9hG4bKq" CRLF
#define OUR_RR  "Record-Route: <sip:fed.example:5061;transport=tls;lr>" CRLF

static struct sip_edit *
begin(const char *text)
{
	struct sip_edit *e;
	struct sip_msg *m;

	assert_int_equal(parse_text(&m, text), ERR_OK);
	assert_int_equal(sip_edit_new(&e, m), ERR_OK);
	sip_msg_unref(m); /* the edit holds it */
	return e;
}

static void
finish(struct sip_edit *e, enum err err, const char *want)
{
	struct buf out;

	buf_init(&out, 1 << 20);
	assert_int_equal(sip_edit_write(e, &out), err);
	assert_string_equal(buf_cstr(&out), want);
	buf_fini(&out);
	sip_edit_free(e);
}

static void
test_forward_lync(void **state)
{
	struct sip_edit *e = begin(LYNC);

	sip_edit_push(e, SIP_VIA, "SIP/2.0/TLS fed.example:5061;branch=%s",
	    "z9hG4bKq");
	sip_edit_push(e, SIP_RECORD_ROUTE,
	    "<sip:fed.example:%d;transport=tls;lr>", 5061);
	sip_edit_max_forwards(e);
	sip_edit_length(e);
	finish(e, ERR_OK, LYNC_START OUR_VIA LYNC_VIAS_1
	    "Max-Forwards: 66" CRLF LYNC_VIAS_2 OUR_RR LYNC_REST);
}

static void
test_response_back(void **state)
{
	struct sip_edit *e = begin("SIP/2.0 200 OK" CRLF OUR_VIA FIVE CRLF);

	sip_edit_pop_values(e, SIP_VIA, 1);
	finish(e, ERR_OK, "SIP/2.0 200 OK" CRLF FIVE CRLF);
}

enum op { POP, POP_LAST, PUSH, APPEND };

static const struct route_row {
	const char *before;
	enum op op;
	size_t n;
	enum err err;
	const char *after;
} routes[] = {
	{ "Route: <sip:a;lr>, <sip:b;lr>" CRLF, POP, 1, ERR_OK,
	    "Route: <sip:b;lr>" CRLF },
	{ "ROUTE :<sip:a,x;lr>,\r\n  <sip:b;lr> ;p=\"1,2\" , <sip:c>" CRLF,
	    POP, 1, ERR_OK,
	    "ROUTE :<sip:b;lr> ;p=\"1,2\" , <sip:c>" CRLF },
	{ "Route: <sip:a>" CRLF "X: y" CRLF "Route: <sip:b>, <sip:c>" CRLF,
	    POP, 2, ERR_OK, "X: y" CRLF "Route: <sip:c>" CRLF },
	{ "Route: <sip:a>" CRLF "X: y" CRLF "Route: <sip:b>" CRLF, POP, 2,
	    ERR_OK, "X: y" CRLF },
	{ "Route: <sip:a>" CRLF, POP, 2, ERR_NOT_FOUND, NULL },
	{ "Route: <sip:a>" CRLF, POP, 1, ERR_OK, "" },
	{ "Route: <sip:a>" CRLF, POP, 1000000, ERR_WRONG_STATE, NULL },
	{ "Route: <sip:a>, <sip:b>" CRLF, POP_LAST, 1, ERR_OK,
	    "Route: <sip:a>" CRLF },
	{ "Route: <sip:a>" CRLF "Route: <sip:b> " CRLF, POP_LAST, 1, ERR_OK,
	    "Route: <sip:a>" CRLF },
	{ "Route:" CRLF "Route: <sip:b>" CRLF, POP, 1, ERR_OK,
	    "Route:" CRLF },
	{ "Route: <sip:a>" CRLF, APPEND, 2, ERR_OK,
	    "Route: <sip:a>" CRLF "Route: <sip:n0>" CRLF
	    "Route: <sip:n1>" CRLF },
	{ "Route: <sip:a>" CRLF, PUSH, 2, ERR_OK,
	    "Route: <sip:n1>" CRLF "Route: <sip:n0>" CRLF
	    "Route: <sip:a>" CRLF },
};

static void
apply(struct sip_edit *e, enum op op, size_t n)
{
	size_t i;

	if (op == POP)
		sip_edit_pop_values(e, SIP_ROUTE, n);
	for (i = 0; op != POP && i < n; i++) {
		if (op == POP_LAST)
			sip_edit_pop_last(e, SIP_ROUTE);
		else if (op == PUSH)
			sip_edit_push(e, SIP_ROUTE, "<sip:n%zu>", i);
		else
			sip_edit_append(e, SIP_ROUTE, "<sip:n%zu>", i);
	}
}

static void
test_route_table(void **state)
{
	char text[1024], want[1024];
	struct sip_edit *e;
	size_t i;

	for (i = 0; i < countof(routes); i++) {
		const struct route_row *r = &routes[i];

		print_message("# row %zu\n", i);
		sprintf(text, START FIVE "%s" CRLF, r->before);
		want[0] = '\0';
		if (r->after != NULL)
			sprintf(want, START FIVE "%s" CRLF, r->after);
		e = begin(text);
		apply(e, r->op, r->n);
		finish(e, r->err, want);
	}
}

/* Everything at once upon the same line: strict routing. */
static void
test_combined(void **state)
{
	struct sip_edit *e = begin(START FIVE
	    "Route: <sip:a>, <sip:b>, <sip:c>" CRLF "MAX-FORWARDS\t:  0068 "
	    CRLF CRLF);

	sip_edit_append(e, SIP_ROUTE, "<sip:last>");
	sip_edit_ruri(e, STR("sip:c"));
	sip_edit_pop_last(e, SIP_ROUTE);
	sip_edit_max_forwards(e);
	sip_edit_pop_values(e, SIP_ROUTE, 1);
	sip_edit_push(e, SIP_ROUTE, "<sip:first>");
	sip_edit_length(e);
	finish(e, ERR_OK, "SUBSCRIBE sip:c SIP/2.0" CRLF FIVE
	    "Route: <sip:first>" CRLF "Route: <sip:b>" CRLF
	    "Route: <sip:last>" CRLF "MAX-FORWARDS\t:  67 " CRLF
	    "Content-Length: 0" CRLF CRLF);
}

static void
test_absent_headers(void **state)
{
	struct sip_edit *e = begin(START FIVE CRLF);

	sip_edit_push(e, SIP_RECORD_ROUTE, "<sip:a>");
	sip_edit_push(e, SIP_RECORD_ROUTE, "<sip:b>");
	sip_edit_max_forwards(e);
	sip_edit_length(e);
	finish(e, ERR_OK, START "Record-Route: <sip:b>" CRLF
	    "Record-Route: <sip:a>" CRLF FIVE "Max-Forwards: 70" CRLF
	    "Content-Length: 0" CRLF CRLF);
}

static void
test_refusals(void **state)
{
	struct sip_edit *e = begin(START FIVE "Max-Forwards: 0" CRLF CRLF);

	sip_edit_max_forwards(e);
	finish(e, ERR_SIP_HOPS, "");
	e = begin(START FIVE CRLF);
	sip_edit_push(e, SIP_VIA, "x%sInjected: y", CRLF);
	finish(e, ERR_SIP_SYNTAX, "");
	e = begin(START FIVE CRLF);
	sip_edit_ruri(e, STR("sip:a b"));
	finish(e, ERR_SIP_SYNTAX, "");
	e = begin("SIP/2.0 200 OK" CRLF FIVE CRLF);
	sip_edit_ruri(e, STR("sip:a"));
	finish(e, ERR_WRONG_STATE, "");
}

static void
test_ceiling_writes_nothing(void **state)
{
	struct sip_edit *e = begin(LYNC);
	struct buf out;

	buf_init(&out, sizeof(LYNC) + 1);
	buf_puts(&out, "abc");
	assert_int_equal(sip_edit_write(e, &out), ERR_FULL);
	assert_str(buf_str(&out), "abc");
	buf_fini(&out);
	sip_edit_free(e);
}

static void
test_no_memory_sweep(void **state)
{
	long before = mem_live(), n = 0;
	enum err err;

	do {
		struct sip_edit *e = NULL;
		struct sip_msg *m;
		struct buf out;

		buf_init(&out, 1 << 16);
		assert_int_equal(parse_text(&m, LYNC), ERR_OK);
		mem_fail_after(n++);
		err = sip_edit_new(&e, m);
		if (err == ERR_OK) {
			sip_edit_push(e, SIP_VIA, "x%1500d", 1);
			sip_edit_pop_values(e, SIP_VIA, 2);
			sip_edit_max_forwards(e);
			err = sip_edit_write(e, &out);
		}
		mem_fail_never();
		sip_edit_free(e);
		sip_msg_unref(m);
		buf_fini(&out);
		assert_int_equal(mem_live(), before);
	} while (err != ERR_OK && n < 1000);
	assert_true(n > 4 && n < 1000);
}

static void
test_value_at(void **state)
{
	struct sip_msg *m;
	struct str v;

	assert_int_equal(parse_text(&m, START FIVE "Route: <sip:a>,,<sip:b>"
	    CRLF "Route: <sip:c>" CRLF CRLF), ERR_OK);
	assert_true(sip_value_at(m, SIP_ROUTE, 1, &v));
	assert_str(v, "<sip:b>");
	assert_true(sip_value_at(m, SIP_ROUTE, 2, &v));
	assert_str(v, "<sip:c>");
	assert_false(sip_value_at(m, SIP_ROUTE, 3, &v));
	sip_msg_unref(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forward_lync),
		cmocka_unit_test(test_response_back),
		cmocka_unit_test(test_route_table),
		cmocka_unit_test(test_combined),
		cmocka_unit_test(test_absent_headers),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_ceiling_writes_nothing),
		cmocka_unit_test(test_no_memory_sweep),
		cmocka_unit_test(test_value_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
