/* SPDX-License-Identifier: BSD-2-Clause */
/* PKCS#12 to and from the openssl command, old ciphers too. */
#include "tests/unit/pki/pki_fixture.h"

static EVP_PKEY *key;
static X509 *cert, *other;

static int
setup(void **state)
{
	struct buf b;
	char *text;

	if (in_folder(state))
		return 1;
	key = new_key(PKI_RSA, 2048);
	cert = new_cert(key, "CN=a.example");
	other = new_cert(key, "CN=b.example");
	buf_init(&b, 65536);
	assert_int_equal(pki_key_pem(&b, key), ERR_OK);
	write_file("k.pem", buf_str(&b));
	buf_fini(&b);
	text = pem_of(cert);
	write_file("c.pem", str_of(text));
	mem_free(text);
	text = pem_of(other);
	write_file("o.pem", str_of(text));
	mem_free(text);
	return 0;
}

static int
teardown(void **state)
{
	EVP_PKEY_free(key);
	X509_free(cert);
	X509_free(other);
	return drop_folder(state);
}

#define EXPORT "openssl pkcs12 -export -passout pass:secret "
#define BASE64 " -out x.p12 && openssl base64 -in x.p12"

static const struct read_row {
	const char *cmd, *pass;
	enum err err;
	int chain;
} reads[] = {
	{ EXPORT "-inkey k.pem -in c.pem" BASE64, "secret", ERR_OK, 0 },
	{ EXPORT "-inkey k.pem -in c.pem -certfile o.pem" BASE64, "secret",
	    ERR_OK, 1 },
	{ EXPORT "-legacy -inkey k.pem -in c.pem" BASE64, "secret", ERR_OK,
	    0 },
	{ EXPORT "-legacy -inkey k.pem -in c.pem -certfile o.pem" BASE64,
	    "secret", ERR_OK, 1 },
	{ EXPORT "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 "
		 "-inkey k.pem -in c.pem" BASE64, "secret", ERR_OK, 0 },
	{ EXPORT "-inkey k.pem -in c.pem" BASE64
		 " | sed -e '1i-----BEGIN PKCS12-----' "
		 "-e '$a-----END PKCS12-----' -e 's/$/\\r/'",
	    "secret", ERR_OK, 0 },
	{ EXPORT "-inkey k.pem -in c.pem" BASE64, "wrong",
	    ERR_PKI_PASSPHRASE, 0 },
	{ EXPORT "-legacy -inkey k.pem -in c.pem" BASE64, "",
	    ERR_PKI_PASSPHRASE, 0 },
	{ EXPORT "-nokeys -in c.pem" BASE64, "secret", ERR_PKI_NO_KEY, 0 },
	{ EXPORT "-nomac -inkey k.pem -in c.pem" BASE64, "secret",
	    ERR_PKI_PARSE, 0 },
	{ "cat c.pem", "secret", ERR_PKI_PARSE, 0 },
	{ "openssl base64 -in k.pem", "secret", ERR_PKI_PARSE, 0 },
};

static void
test_read(void **state)
{
	size_t i;

	for (i = 0; i < countof(reads); i++) {
		const struct read_row *r = &reads[i];
		STACK_OF(X509) *chain = NULL;
		EVP_PKEY *k = NULL;
		X509 *c = NULL;

		print_message("# %s (%s)\n", r->cmd, r->pass);
		assert_int_equal(pki_p12_read(str_of(output_of(r->cmd)),
				     r->pass, &k, &c, &chain), r->err);
		if (r->err) {
			assert_null(k);
			assert_null(c);
			assert_null(chain);
			continue;
		}
		assert_int_equal(EVP_PKEY_eq(k, key), 1);
		assert_int_equal(X509_cmp(c, cert), 0);
		assert_int_equal(sk_X509_num(chain), r->chain);
		/* It must work where its own context is gone. */
		assert_int_equal(pki_key_matches(k, c), ERR_OK);
		assert_true(X509_sign(c, k, EVP_sha256()) > 0);
		EVP_PKEY_free(k);
		X509_free(c);
		sk_X509_pop_free(chain, X509_free);
	}
}

/* The old ciphers must not have become available to everyone. */
static void
test_context_untouched(void **state)
{
	EVP_CIPHER *rc2 = EVP_CIPHER_fetch(NULL, "RC2-40-CBC", NULL);

	assert_null(rc2);
}

static void
test_write(void **state)
{
	STACK_OF(X509) *chain = sk_X509_new_null(), *back = NULL;
	const char *out, *at;
	EVP_PKEY *k = NULL;
	X509 *c = NULL;
	struct buf b;

	sk_X509_push(chain, other);
	buf_init(&b, 65536);
	assert_int_equal(
	    pki_p12_write(&b, "secret", "fed", key, cert, chain), ERR_OK);
	at = strchr(buf_cstr(&b), '\n');
	assert_int_equal(at - buf_str(&b).p, 64);
	write_file("w.b64", buf_str(&b));
	output_of("openssl base64 -d -in w.b64 -out w.p12");
	out = output_of("openssl pkcs12 -in w.p12 -info -nodes "
			"-passin pass:secret");
	assert_has(out, "AES-256-CBC");
	assert_has(out, "friendlyName: fed");
	assert_has(out, "CN = b.example");
	assert_has(out, "BEGIN PRIVATE KEY");
	assert_int_equal(
	    pki_p12_read(buf_str(&b), "secret", &k, &c, &back), ERR_OK);
	assert_int_equal(X509_cmp(c, cert), 0);
	assert_int_equal(sk_X509_num(back), 1);
	EVP_PKEY_free(k);
	X509_free(c);
	sk_X509_pop_free(back, X509_free);
	sk_X509_free(chain);
	buf_fini(&b);
}

static void
test_write_refused(void **state)
{
	EVP_PKEY *wrong = new_key(PKI_RSA, 1024);
	struct buf b;

	buf_init(&b, 65536);
	assert_int_equal(pki_p12_write(&b, "secret", "fed", wrong, cert, NULL),
	    ERR_PKI_MISMATCH);
	assert_int_equal(pki_p12_write(&b, "", "fed", key, cert, NULL),
	    ERR_PKI_PASSPHRASE);
	assert_int_equal(buf_len(&b), 0);
	buf_fini(&b);
	EVP_PKEY_free(wrong);
}

/* Memory that runs out is never called a wrong passphrase. */
static void
test_out_of_memory(void **state)
{
	const char *text = output_of(reads[0].cmd);
	STACK_OF(X509) *chain = NULL;
	EVP_PKEY *k = NULL;
	X509 *c = NULL;
	long n;

	for (n = 0; n < 2000; n += 3) {
		enum err err;

		mem_fail_after(n);
		err = pki_p12_read(str_of(text), "secret", &k, &c, &chain);
		mem_fail_never();
		assert_true(err == ERR_NOMEM || err == ERR_PKI_PARSE);
	}
	assert_int_equal(pki_p12_read(str_of(text), "secret", &k, &c, &chain),
	    ERR_OK);
	EVP_PKEY_free(k);
	X509_free(c);
	sk_X509_pop_free(chain, X509_free);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_context_untouched),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_refused),
	};

	mem_hook_libraries();
	return cmocka_run_group_tests(tests, setup, teardown);
}
