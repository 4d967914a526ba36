/* SPDX-License-Identifier: BSD-2-Clause */
/* Our own identity: loading it, and what is said about it. */
#include "tests/unit/tls/make_cert.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdarg.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#define BOTH "clientAuth,serverAuth"

static const struct {
	struct make_cert spec;
	const char *fqdn;
	enum err err;
	const char *says; /* NULL: nothing at all is said */
} rows[] = {
	{ { .cn = { "a.com" }, .san = "DNS:a.com", .eku = BOTH }, "a.com",
	    ERR_OK, NULL },
	{ { .cn = { "a.com" }, .eku = BOTH }, "A.com", ERR_OK, NULL },
	{ { .cn = { "a.com" }, .eku = BOTH }, NULL, ERR_OK, NULL },
	{ { .cn = { "b.com" }, .san = "DNS:a.com", .eku = BOTH }, "a.com",
	    ERR_CERT_OWN, "error: trustpoint own: the CN" },
	{ { .cn = { "a.com" }, .san = "DNS:b.com", .eku = BOTH }, "a.com",
	    ERR_CERT_OWN, "the subjectAltName" },
	{ { .cn = { "a.com" }, .eku = BOTH, .from_days = -9, .for_days = 2 },
	    "a.com", ERR_CERT_OWN, "expired" },
	{ { .cn = { "a.com" }, .eku = BOTH, .from_days = 2, .for_days = 2 },
	    "a.com", ERR_CERT_OWN, "not valid yet" },
	{ { .cn = { "a.com" }, .eku = BOTH, .from_days = -9, .for_days = 19 },
	    "a.com", ERR_OK, "warning: trustpoint own: its certificate exp" },
	{ { .cn = { "a.com" }, .eku = "serverAuth" }, "a.com", ERR_OK,
	    "lacks the EKU clientAuth" },
	{ { .cn = { "a.com" }, .eku = BOTH, .rsa_bits = 1024 }, "a.com", ERR_OK,
	    "1024 bits" },
};

static void
test_judge(void **state)
{
	size_t i;

	for (i = 0; i < countof(rows); i++) {
		struct made m = make_cert(&rows[i].spec, NULL);
		struct tls_cred *c = made_cred(&m, NULL);
		struct buf out;

		buf_init(&out, 4096);
		assert_int_equal(
		    tls_cred_judge(c, rows[i].fqdn, &out), rows[i].err);
		if (rows[i].says == NULL)
			assert_string_equal(buf_cstr(&out), "");
		else if (strstr(buf_cstr(&out), rows[i].says) == NULL)
			fail_msg("row %zu: %s", i, buf_cstr(&out));
		buf_fini(&out);
		tls_cred_unref(c);
		made_free(&m);
	}
}

static void
test_load(void **state)
{
	static const struct make_cert ca_spec = { .cn = { "ca" }, .ca = true };
	static const struct make_cert mid_spec = { .cn = { "mid" },
		.ca = true };
	static const struct make_cert leaf_spec = { .cn = { "a.com" } };
	struct made ca = make_cert(&ca_spec, NULL);
	struct made mid = make_cert(&mid_spec, &ca);
	struct made leaf = make_cert(&leaf_spec, &mid);
	char *ca_pem = made_cert_pem(&ca), *mid_pem = made_cert_pem(&mid);
	char *cert = made_cert_pem(&leaf), *key = made_key_pem(&leaf);
	char *wrong = made_key_pem(&ca);
	char *pool = mem_printf("%s%s", ca_pem, mid_pem); /* wrong order */
	struct tls_cred *c = NULL;

	assert_int_equal(tls_cred_new(&c, "own", str_of(cert), str_of(key),
			     str_of(pool)), ERR_OK);
	assert_int_equal(sk_X509_num(c->chain), 1); /* the root stays here */
	assert_int_equal(
	    X509_cmp(sk_X509_value(c->chain, 0), mid.cert), 0);
	assert_true(c->rooted);
	tls_cred_unref(c);
	assert_int_equal(tls_cred_new(&c, "own", str_of(cert), str_of(key),
			     STR_EMPTY), ERR_OK);
	assert_false(c->rooted);
	tls_cred_unref(c);
	assert_int_equal(tls_cred_new(&c, "own", str_of(cert), str_of(wrong),
			     STR_EMPTY), ERR_PKI_MISMATCH);
	assert_int_equal(tls_cred_new(&c, "own", STR("rubbish"), str_of(key),
			     STR_EMPTY), ERR_PKI_PARSE);
	mem_free(ca_pem);
	mem_free(mid_pem);
	mem_free(cert);
	mem_free(key);
	mem_free(wrong);
	mem_free(pool);
	made_free(&ca);
	made_free(&mid);
	made_free(&leaf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
