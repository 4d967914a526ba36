/* SPDX-License-Identifier: BSD-2-Clause */
/* What holds for every row of the command tables. */
#include "base/mem.h"
#include "conf/object.h"
#include "conf/syntax.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const struct conf_mode *mode;
	const char *enter; /* typed in configuration mode to get there */
} modes[] = {
	{ &conf_mode_exec, NULL },
	{ &conf_mode_global, "" },
	{ &conf_mode_trustpoint, "crypto ca trustpoint x" },
	{ &conf_mode_interface, "interface x" },
	{ &conf_mode_federation, "federation" },
	{ &conf_mode_peer, "peer x" },
	{ &conf_mode_inspect, "policy-map type inspect sip x" },
	{ &conf_mode_inspect_parameters, "policy-map type inspect sip x\n"
	  "parameters" },
};

static struct conf *
shell_conf(void *arg)
{
	return arg;
}

static void
every_row_is_complete(void **state)
{
	const struct conf_cmd *r;
	size_t i, k;

	for (i = 0; i < countof(modes); i++)
		for (k = 0; (r = conf_mode_row(modes[i].mode, k)) != NULL;
		     k++) {
			struct conf_syntax s;

			conf_syntax_parse(&s, r->syntax);
			assert_true(s.n > 0 && s.n < CONF_TOKENS);
			assert_non_null(r->summary);
			assert_non_null(r->doc);
			if ((r->flags & CONF_ACTION) != 0)
				assert_non_null(r->run);
			else
				assert_true(
				    (r->bind != NULL) != (r->apply != NULL));
		}
}

static void
every_row_is_in_the_reference(void **state)
{
	const struct conf_cmd *r;
	struct buf out;
	size_t i, k;

	buf_init(&out, 1 << 20);
	assert_int_equal(conf_doc(&out), ERR_OK);
	for (i = 0; i < countof(modes); i++)
		for (k = 0; (r = conf_mode_row(modes[i].mode, k)) != NULL; k++)
			if ((r->flags & CONF_HIDDEN) == 0 &&
			    strstr(buf_cstr(&out), r->syntax) == NULL)
				fail_msg("%s is not in it", r->syntax);
	buf_fini(&out);
}

/* The row's words before its value, and the default as the value. */
static void
default_line(const struct conf_cmd *r, char *dst, size_t size)
{
	struct conf_syntax s;
	size_t i, at = 0;
	bool given = false;

	conf_syntax_parse(&s, r->syntax);
	for (i = 0; i < s.n && s.t[i].kind != CONF_T_OPT; i++) {
		struct str rest = str_of(s.t[i].text);
		struct str word = str_split(&rest, '|');
		bool last = i + 1 == s.n || s.t[i + 1].kind == CONF_T_OPT;

		if (last && s.t[i].kind != CONF_T_WORD) {
			word = str_of(r->dflt);
			given = true;
		}
		at += (size_t)snprintf(dst + at, size - at, "%.*s ",
		    STR_FMT(word));
		assert_true(at < size);
	}
	assert_true(given);
}

static void
every_default_parses(void **state)
{
	static const struct conf_session_ops ops = { .conf = shell_conf };
	const struct conf_cmd *r;
	size_t i, k, tried = 0;

	for (i = 1; i < countof(modes); i++) {
		struct conf_session *s = NULL;
		struct conf *c = NULL;
		struct str rest = str_of(modes[i].enter);

		assert_int_equal(conf_new(&c), ERR_OK);
		assert_int_equal(conf_session_new(&s, &ops, c), ERR_OK);
		conf_session_line(s, "configure terminal");
		while (rest.n != 0) {
			char *line = str_dup(str_split(&rest, '\n'));

			conf_session_line(s, line);
			mem_free(line);
		}
		assert_ptr_equal(conf_session_mode(s), modes[i].mode);
		for (k = 0; (r = conf_mode_row(modes[i].mode, k)) != NULL;
		     k++) {
			char line[512];

			if (r->dflt == NULL)
				continue;
			default_line(r, line, sizeof(line));
			conf_session_line(s, line);
			tried++;
			if (conf_session_failed(s))
				fail_msg("%s: %s", line,
				    buf_cstr(conf_session_out(s)));
		}
		conf_session_free(s);
		conf_free(c);
	}
	assert_true(tried > 5);
}

/* A registered row with "no" comes before the setting's own "no". */
static enum err
run_remove(struct conf_session *s, const struct conf_args *a)
{
	return buf_printf(conf_session_out(s), "asks about %s\n",
	    conf_arg(a, "name"));
}

static void
registered_rows_win(void **state)
{
	static const struct conf_cmd rows[] = {
		{ .syntax = "crypto ca trustpoint <name>",
		  .summary = "Remove a trustpoint", .doc = "Asks first.",
		  .flags = CONF_ACTION | CONF_NO_OK, .run = run_remove },
		{ .syntax = NULL },
	};
	static const struct conf_session_ops ops = { .conf = shell_conf };
	static const char *const lines[] = { "no crypto ca trustpoint x",
		"no cry ca tru x" };
	struct conf_session *s = NULL;
	struct conf *c = NULL;
	size_t i;

	conf_extend(&conf_mode_global, rows);
	assert_int_equal(conf_new(&c), ERR_OK);
	assert_int_equal(conf_session_new(&s, &ops, c), ERR_OK);
	conf_session_line(s, "configure terminal");
	conf_session_line(s, "crypto ca trustpoint x");
	for (i = 0; i < countof(lines); i++) {
		buf_clear(conf_session_out(s));
		conf_session_line(s, lines[i]);
		assert_string_equal(buf_cstr(conf_session_out(s)),
		    "asks about x\n");
		assert_non_null(conf_trustpoint(c, "x"));
	}
	conf_session_free(s);
	conf_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_complete),
		cmocka_unit_test(every_row_is_in_the_reference),
		cmocka_unit_test(every_default_parses),
		cmocka_unit_test(registered_rows_win),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
