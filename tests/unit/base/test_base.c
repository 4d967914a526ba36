/* SPDX-License-Identifier: BSD-2-Clause */
/* base/: text, buffers, addresses, errors and whole files. */
#include "base/addr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void
test_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		int ok;
		uint64_t value;
	} rows[] = {
		{ "0", 9, 1, 0 },
		{ "0068", 255, 1, 68 },
		{ "5120000", 5120000, 1, 5120000 },
		{ "5120001", 5120000, 0, 0 },
		{ "4294967300", 5120000, 0, 0 },
		{ "18446744073709551615", UINT64_MAX, 1, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, 0, 0 },
		{ "99999999999999999999999", UINT64_MAX, 0, 0 },
		{ "", 9, 0, 0 },
		{ "+4", 9, 0, 0 },
		{ "-1", 9, 0, 0 },
		{ "4abc", 9, 0, 0 },
		{ " 4", 9, 0, 0 },
		{ "7", 3, 0, 0 },
	};
	size_t i;

	for (i = 0; i < countof(rows); i++) {
		uint64_t v = 0;

		assert_int_equal(
		    str_to_uint(str_of(rows[i].text), rows[i].max, &v),
		    rows[i].ok);
		if (rows[i].ok)
			assert_true(v == rows[i].value);
	}
}

static void
test_slices(void **state)
{
	struct str s = STR("  a, b ,c\r\n"), part;
	char out[32];

	s = str_trim(s);
	part = str_split(&s, ',');
	assert_true(str_equal(part, STR("a")));
	part = str_trim(str_split(&s, ','));
	assert_true(str_equal(part, STR("b")));
	assert_true(str_equal(str_split(&s, ','), STR("c")));
	assert_int_equal(s.n, 0);
	assert_true(str_is(STR("VIA"), "via"));
	assert_false(str_is(STR("vi"), "via"));
	assert_int_equal(str_find(STR("a:b:c"), ':', 2), 3);
	assert_int_equal(str_sub(STR("abc"), 2, 9).n, 1);
	assert_string_equal(
	    str_escape(out, sizeof(out), STR("a\r\n\x1b[0m\\")),
	    "a\\x0d\\x0a\\x1b[0m\\\\");
	/* cut, never overrun */
	assert_string_equal(str_escape(out, 8, STR("\n\n\n\n")), "\\x0a");
}

static void
test_distance(void **state)
{
	assert_int_equal(str_distance("enrolment", "enrollment"), 1);
	assert_int_equal(str_distance("listen", "LISTEN"), 0);
	assert_int_equal(str_distance("", "abc"), 3);
	assert_true(str_distance("fqdn", "interface") > 3);
}

static void
test_buffer(void **state)
{
	struct buf b;
	int i;

	buf_init(&b, 1000);
	for (i = 0; i < 100; i++)
		assert_int_equal(buf_puts(&b, "0123456789"), ERR_OK);
	assert_int_equal(buf_puts(&b, "x"), ERR_FULL);
	assert_int_equal(buf_len(&b), 1000);
	assert_int_equal(buf_error(&b), ERR_FULL);
	buf_drain(&b, 995);
	assert_string_equal(buf_cstr(&b), "56789");
	assert_int_equal(buf_printf(&b, "%0300d", 7), ERR_OK);
	assert_int_equal(buf_len(&b), 305);
	buf_drain(&b, 99999);
	buf_shrink(&b);
	assert_int_equal(buf_len(&b), 0);
	assert_null(b.p);
	buf_fini(&b);
}

static void
test_buffer_no_memory(void **state)
{
	long before = mem_live();
	struct buf b;

	buf_init(&b, 1000);
	mem_fail_after(0);
	assert_int_equal(buf_puts(&b, "x"), ERR_NOMEM);
	mem_fail_never();
	assert_int_equal(buf_len(&b), 0);
	assert_int_equal(buf_error(&b), ERR_NOMEM);
	buf_fini(&b);
	assert_int_equal(mem_live(), before);
}

static void
test_addresses(void **state)
{
	static const struct {
		const char *text, *slash, *sip;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1/5061", "192.0.2.1:5061" },
		{ "[2001:db8::1]", "2001:db8::1/5061", "[2001:db8::1]:5061" },
		{ "::1", "::1/5061", "[::1]:5061" },
		{ "192.0.2.256", NULL, NULL },
		{ "sip.example.com", NULL, NULL },
		{ "", NULL, NULL },
		{ "1.2.3", NULL, NULL },
	};
	char text[ADDR_TEXT];
	struct addr a, b;
	size_t i;

	for (i = 0; i < countof(rows); i++) {
		enum err err = addr_parse(&a, str_of(rows[i].text), 5061);

		assert_int_equal(
		    err, rows[i].slash != NULL ? ERR_OK : ERR_CONF_VALUE);
		if (err)
			continue;
		assert_string_equal(addr_slash(&a, text), rows[i].slash);
		assert_string_equal(addr_sip(&a, text), rows[i].sip);
	}
	assert_int_equal(addr_parse(&a, STR("127.0.0.1"), 1), ERR_OK);
	assert_int_equal(addr_parse(&b, STR("127.0.0.1"), 2), ERR_OK);
	assert_true(addr_same_host(&a, &b));
	assert_false(addr_equal(&a, &b));
}

static void
test_errors(void **state)
{
	int i;

	for (i = 0; i < ERR_COUNT; i++) {
		assert_true(strlen(err_text(i)) > 1);
		assert_true(strlen(err_name(i)) > 1);
		assert_in_range(err_sip_status(i), 200, 599);
	}
	assert_string_equal(err_name(ERR_CERT_NAME), "cert_name");
	assert_int_equal(err_sip_status(ERR_POLICY_FROM), 403);
}

static void
test_file(void **state)
{
	char dir[] = "/tmp/sipfed-unit-XXXXXX", path[64], stray[64];
	struct stat st;
	char *p = NULL;
	size_t n = 0;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/f", dir);
	snprintf(stray, sizeof(stray), "%s/f.new", dir);
	assert_int_equal(file_read(&p, &n, path, 10), ERR_NOT_FOUND);
	/* what a crash left, with open permissions, is not adopted */
	assert_int_equal(file_replace(stray, "old", 3, 0644), ERR_OK);
	assert_int_equal(file_replace(path, "hello", 5, 0600), ERR_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(access(stray, F_OK), -1);
	assert_int_equal(file_read(&p, &n, path, 4), ERR_FULL);
	assert_int_equal(file_read(&p, &n, path, 5), ERR_OK);
	assert_int_equal(n, 5);
	assert_string_equal(p, "hello");
	mem_free(p);
	assert_int_equal(file_read(&p, &n, dir, 5), ERR_IO);
	assert_int_equal(file_remove(path), ERR_OK);
	assert_int_equal(file_remove(path), ERR_OK);
	rmdir(dir);
}

static void
test_hash_is_keyed(void **state)
{
	uint64_t before;

	hash_init();
	before = hash_bytes("call-id", 7);
	assert_true(before == hash_bytes("call-id", 7));
	hash_init();
	assert_true(before != hash_bytes("call-id", 7));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_buffer),
		cmocka_unit_test(test_buffer_no_memory),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_hash_is_keyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
