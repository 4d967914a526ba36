/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys and certificates as text: what an operator pastes, what is shown. */
#include "tests/unit/pki/pki_fixture.h"

#include <openssl/crypto.h>

static EVP_PKEY *rsa, *ec;
static X509 *cert;
static char *pem, *bare;

static int
setup(void **state)
{
	char *from, *to;

	if (in_folder(state))
		return 1;
	rsa = new_key(PKI_RSA, 2048);
	ec = new_key(PKI_ECDSA, 256);
	cert = new_cert(rsa, "CN=10.0.0.1,OU=lab,O=\"chuck, Inc.\",C=US");
	pem = pem_of(cert);
	from = strchr(pem, '\n') + 1;
	to = strstr(pem, "-----END");
	bare = mem_strndup(from, (size_t)(to - from));
	return bare == NULL;
}

static int
teardown(void **state)
{
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
	X509_free(cert);
	mem_free(pem);
	mem_free(bare);
	return drop_folder(state);
}

/* Replace each newline by `end`. */
static char *
with_newline(const char *text, const char *end)
{
	struct buf b;
	char *out;

	buf_init(&b, 1 << 20);
	for (; *text != '\0'; text++)
		if (*text == '\n')
			assert_int_equal(buf_puts(&b, end), ERR_OK);
		else
			assert_int_equal(buf_add(&b, text, 1), ERR_OK);
	out = str_dup(buf_str(&b));
	buf_fini(&b);
	return out;
}

enum source { PEM, BARE };

static const struct paste {
	const char *name;
	enum source source;
	const char *before, *newline, *after;
	enum err err;
} pastes[] = {
	{ "as written", PEM, "", "\n", "", ERR_OK },
	{ "CRLF", PEM, "", "\r\n", "", ERR_OK },
	{ "BOM and CRLF", PEM, "\xef\xbb\xbf", "\r\n", "", ERR_OK },
	{ "trailing blanks", PEM, "", "  \t\n", "", ERR_OK },
	{ "no last newline", PEM, "", "\n", "", ERR_OK },
	{ "text before", PEM, "Bag Attributes\n  a: b\n", "\n", "", ERR_OK },
	{ "text behind", PEM, "", "\n", "bye\n", ERR_OK },
	{ "blank lines", PEM, "\n\n", "\n\n", "\n\n", ERR_OK },
	{ "another kind first", PEM,
	    "-----BEGIN X-----\nAAAA\n-----END X-----\n", "\n", "", ERR_OK },
	{ "second one broken", PEM, "", "\n",
	    "-----BEGIN CERTIFICATE-----\n!\n", ERR_OK },
	{ "bare base64", BARE, "", "\n", "", ERR_OK },
	{ "bare, BOM, CRLF", BARE, "\xef\xbb\xbf", "\r\n", "", ERR_OK },
	{ "bare on one line", BARE, "", "", "", ERR_OK },
	{ "bare with more behind", BARE, "", "\n", "AAAA", ERR_PKI_PARSE },
	{ "bare with text", BARE, "hello: ", "\n", "", ERR_PKI_PARSE },
	{ "foreign character", PEM, "", "!\n", "", ERR_PKI_PARSE },
};

static void
test_pastes(void **state)
{
	size_t i;

	for (i = 0; i < countof(pastes); i++) {
		const struct paste *p = &pastes[i];
		char *body = with_newline(
		    p->source == PEM ? pem : bare, p->newline);
		char *text = mem_printf("%s%s%s", p->before, body, p->after);
		struct str s = str_of(text);
		X509 *c = NULL;

		print_message("# %s\n", p->name);
		if (strcmp(p->name, "no last newline") == 0)
			s = str_trim(s);
		assert_int_equal(pki_cert_read(&c, s), p->err);
		if (!p->err)
			assert_int_equal(X509_cmp(c, cert), 0);
		X509_free(c);
		mem_free(body);
		mem_free(text);
	}
}

static const char *const broken[] = { "", " \r\n", "=", "====", "AAAA",
	"-----BEGIN", "-----BEGIN CERTIFICATE-----",
	"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
	"-----BEGIN CERTIFICATE-----\nAAAA\n-----END X509-----\n",
	"-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n", "quit", "0", "00",
	"MIIB", "\xff\xfe-" };

static void
test_broken(void **state)
{
	X509 *c = NULL;
	EVP_PKEY *k = NULL;
	size_t i;

	for (i = 0; i < countof(broken); i++) {
		print_message("# row %zu\n", i);
		assert_int_equal(
		    pki_cert_read(&c, str_of(broken[i])), ERR_PKI_PARSE);
		assert_int_equal(
		    pki_key_read(&k, str_of(broken[i])), ERR_PKI_PARSE);
		assert_int_equal(
		    pki_cert_from_hex(&c, str_of(broken[i])), ERR_PKI_PARSE);
	}
	/* Every cut of a good one. */
	for (i = 0; i + 30 < strlen(pem); i += 7)
		assert_int_equal(pki_cert_read(&c, (struct str){ pem, i }),
		    ERR_PKI_PARSE);
}

static void
test_p7b(void **state)
{
	X509 *c = NULL;
	char *p7;

	write_file("c.pem", str_of(pem));
	p7 = output_of("openssl crl2pkcs7 -nocrl -certfile c.pem");
	assert_int_equal(pki_cert_read(&c, str_of(p7)), ERR_PKI_PARSE);
	p7 = output_of(
	    "openssl crl2pkcs7 -nocrl -certfile c.pem | grep -v -e '---'");
	assert_int_equal(pki_cert_read(&c, str_of(p7)), ERR_PKI_PARSE);
}

static void
test_der_and_limit(void **state)
{
	unsigned char *der = NULL;
	int n = i2d_X509(cert, &der);
	char *big = mem_zalloc((1 << 20) + 1);
	X509 *c = NULL;

	assert_int_equal(pki_cert_read(&c,
			     (struct str){ (char *)der, (size_t)n }), ERR_OK);
	assert_int_equal(X509_cmp(c, cert), 0);
	X509_free(c);
	assert_int_equal(pki_cert_read(&c,
			     (struct str){ big, (1 << 20) + 1 }), ERR_FULL);
	mem_free(big);
	OPENSSL_free(der);
}

static void
test_key_round_trip(void **state)
{
	static const struct {
		enum pki_key_type type;
		unsigned bits;
		enum err err;
	} rows[] = { { PKI_RSA, 1024, ERR_OK }, { PKI_RSA, 2048, ERR_OK },
		{ PKI_RSA, 512, ERR_CONF_VALUE },
		{ PKI_RSA, 256, ERR_CONF_VALUE }, { PKI_ECDSA, 256, ERR_OK },
		{ PKI_ECDSA, 384, ERR_OK }, { PKI_ECDSA, 521, ERR_OK },
		{ PKI_ECDSA, 2048, ERR_CONF_VALUE } };
	struct buf b;
	size_t i;

	buf_init(&b, 65536);
	for (i = 0; i < countof(rows); i++) {
		EVP_PKEY *k = NULL, *again = NULL;

		assert_int_equal(pki_key_generate(&k, rows[i].type,
				     rows[i].bits), rows[i].err);
		if (rows[i].err)
			continue;
		assert_int_equal(EVP_PKEY_get_bits(k), rows[i].bits);
		buf_clear(&b);
		assert_int_equal(pki_key_pem(&b, k), ERR_OK);
		assert_has(buf_cstr(&b), "-----BEGIN PRIVATE KEY-----\n");
		assert_int_equal(pki_key_read(&again, buf_str(&b)), ERR_OK);
		assert_int_equal(EVP_PKEY_eq(k, again), 1);
		EVP_PKEY_free(k);
		EVP_PKEY_free(again);
	}
	buf_fini(&b);
}

static const struct {
	const char *cmd;
	enum err err;
} foreign[] = {
	{ "openssl pkey -in k.pem -traditional", ERR_OK },
	{ "openssl pkey -in k.pem | sed 's/$/\\r/'", ERR_OK },
	{ "openssl ecparam -name prime256v1 -genkey", ERR_OK },
	{ "openssl pkey -in k.pem -aes256 -passout pass:x",
	    ERR_PKI_PASSPHRASE },
	{ "openssl rsa -in k.pem -traditional -aes256 -passout pass:x",
	    ERR_PKI_PASSPHRASE },
	{ "openssl pkey -in k.pem -pubout", ERR_PKI_PARSE },
	{ "openssl genpkey -algorithm ed25519", ERR_PKI_PARSE },
};

static void
test_foreign_keys(void **state)
{
	struct buf b;
	size_t i;

	buf_init(&b, 65536);
	assert_int_equal(pki_key_pem(&b, rsa), ERR_OK);
	write_file("k.pem", buf_str(&b));
	buf_fini(&b);
	for (i = 0; i < countof(foreign); i++) {
		EVP_PKEY *k = NULL;

		print_message("# %s\n", foreign[i].cmd);
		assert_int_equal(
		    pki_key_read(&k, str_of(output_of(foreign[i].cmd))),
		    foreign[i].err);
		EVP_PKEY_free(k);
	}
}

static void
test_matches(void **state)
{
	EVP_PKEY *other = new_key(PKI_RSA, 1024);

	assert_int_equal(pki_key_matches(rsa, cert), ERR_OK);
	assert_int_equal(pki_key_matches(other, cert), ERR_PKI_MISMATCH);
	assert_int_equal(pki_key_matches(ec, cert), ERR_PKI_MISMATCH);
	EVP_PKEY_free(other);
}

/* "AA:BB:CC:DD:EE" to the ASA's "aabbccdd ee". */
static void
regroup(char *dst, const char *colons)
{
	size_t digits = 0;

	for (; *colons != '\0' && *colons != '\n'; colons++) {
		if (*colons == ':')
			continue;
		if (digits != 0 && digits % 8 == 0)
			*dst++ = ' ';
		digits++;
		*dst++ = (char)(*colons >= 'A' ? *colons | 0x20 : *colons);
	}
	*dst = '\0';
}

static void
test_fingerprint(void **state)
{
	char ours[96], theirs[128], *cmd;
	size_t i;
	static const char *const mds[] = { "md5", "sha256" };

	write_file("c.pem", str_of(pem));
	for (i = 0; i < countof(mds); i++) {
		cmd = mem_printf(
		    "openssl x509 -in c.pem -noout -fingerprint -%s", mds[i]);
		regroup(theirs, strchr(output_of(cmd), '=') + 1);
		mem_free(cmd);
		assert_int_equal(pki_fingerprint(ours, sizeof(ours), cert,
				     EVP_get_digestbyname(mds[i])), ERR_OK);
		assert_string_equal(ours, theirs);
	}
	assert_int_equal(pki_fingerprint(ours, 35, cert, EVP_md5()), ERR_FULL);
	assert_int_equal(pki_fingerprint(ours, 36, cert, EVP_md5()), ERR_OK);
}

static void
test_hex(void **state)
{
	char serial[64], *head, *theirs;
	X509 *c = NULL;
	struct buf b;

	pki_serial(serial, sizeof(serial), cert);
	theirs = output_of("openssl x509 -in c.pem -noout -serial");
	assert_int_equal(strncasecmp(strchr(theirs, '=') + 1, serial,
			     strlen(serial)), 0);
	head = mem_printf(" certificate ca %s\n    3082", serial);
	buf_init(&b, 1 << 20);
	assert_int_equal(pki_cert_hex(&b, cert, true), ERR_OK);
	assert_int_equal(strncmp(buf_cstr(&b), head, strlen(head)), 0);
	assert_has(buf_cstr(&b), "\n  quit\n");
	assert_int_equal(pki_cert_from_hex(&c, buf_str(&b)), ERR_OK);
	assert_int_equal(X509_cmp(c, cert), 0);
	X509_free(c);
	/* Without the last line's last digit. */
	assert_int_equal(pki_cert_from_hex(&c,
			     str_sub(buf_str(&b), 0, buf_len(&b) - 9)),
	    ERR_PKI_PARSE);
	buf_fini(&b);
	mem_free(head);
}

static void
test_show(void **state)
{
	static const char *const wanted[] = { "Certificate\n"
					      "  Status: Available\n",
		"  Certificate Usage: General Purpose\n"
		"  Public Key Type: RSA (2048 bits)\n"
		"  Signature Algorithm: SHA256 with RSA Encryption\n"
		"  Issuer Name:\n    cn=10.0.0.1\n    ou=lab\n"
		"    o=chuck, Inc.\n    c=US\n  Subject Name:\n    cn=10",
		"  Validity Date:\n    start date: ", "\n    end   date: ",
		" GMT ", "\n    days left : 365",
		"\n  Associated Trustpoints: a b\n" };
	struct buf b;
	size_t i;

	buf_init(&b, 65536);
	assert_int_equal(pki_cert_show(&b, cert, false, "a b"), ERR_OK);
	for (i = 0; i < countof(wanted); i++)
		assert_has(buf_cstr(&b), wanted[i]);
	assert_true(pki_cert_is_self_signed(cert));
	assert_false(pki_cert_is_ca(cert));
	buf_fini(&b);
}

static void
test_show_foreign(void **state)
{
	static const char *const wanted[] = { "CA Certificate\n",
		"  Certificate Usage: Signature\n",
		"  Public Key Type: ECDSA (384 bits)\n",
		"  Signature Algorithm: SHA384 with ECDSA\n",
		"    cn=a\\x1b[2Jb\n", "    dc=example\n",
		"  OCSP AIA:\n    URL: http://o.example/\n",
		("  CRL Distribution Points:\n    [1]  http://c.example/1\n"
		 "    [2]  http://c.example/2\n"),
		"    days left : " };
	struct buf b;
	X509 *c = NULL;
	size_t i;

	write_file("ca.cnf",
	    STR("[req]\ndistinguished_name=dn\n[dn]\n[x]\n"
		"basicConstraints=critical,CA:true\n"
		"keyUsage=keyCertSign,cRLSign\n"
		"authorityInfoAccess=OCSP;URI:http://o.example/\n"
		"crlDistributionPoints=URI:http://c.example/1,"
		"URI:http://c.example/2\n"));
	output_of("openssl ecparam -name secp384r1 -genkey -out ec.pem");
	output_of("openssl req -x509 -new -key ec.pem -sha384 -config ca.cnf "
		  "-extensions x -days 3 -out ca.pem "
		  "-subj \"/DC=example/CN=$(printf 'a\\033[2Jb')\"");
	assert_int_equal(
	    pki_cert_read(&c, str_of(output_of("cat ca.pem"))), ERR_OK);
	assert_true(pki_cert_is_ca(c));
	buf_init(&b, 65536);
	assert_int_equal(pki_cert_show(&b, c, true, ""), ERR_OK);
	for (i = 0; i < countof(wanted); i++)
		assert_has(buf_cstr(&b), wanted[i]);
	/* Two and the part of a day that the test took, or three. */
	assert_in_range(atoi(strstr(buf_cstr(&b), "left : ") + 7), 2, 3);
	buf_fini(&b);
	X509_free(c);
}

/* The n-th allocation fails: an error or a certificate, never a leak. */
static long
sweep(void)
{
	enum err err = ERR_NOMEM;
	long n;

	for (n = 0; err != ERR_OK; n++) {
		X509 *c = NULL;

		mem_fail_after(n);
		err = pki_cert_read(&c, str_of(pem));
		mem_fail_never();
		assert_true(err == ERR_OK || err == ERR_NOMEM ||
		    err == ERR_PKI_PARSE);
		if (n < 2)
			assert_int_equal(err, ERR_NOMEM);
		if (err == ERR_OK)
			assert_int_equal(X509_cmp(c, cert), 0);
		else
			assert_null(c);
		X509_free(c);
		assert_true(n < 100000);
	}
	return n;
}

static void
test_out_of_memory(void **state)
{
	long live;

	/* The first sweep fills the library's caches. */
	assert_true(sweep() > 10);
	live = mem_live();
	assert_true(sweep() > 10);
	assert_int_equal(mem_live(), live);
}

/* A block that is shown is whole. */
static void
test_show_out_of_memory(void **state)
{
	struct buf whole, b;
	enum err err = ERR_NOMEM;
	long n;

	buf_init(&whole, 65536);
	assert_int_equal(pki_cert_show(&whole, cert, false, "a"), ERR_OK);
	for (n = 0; err != ERR_OK; n++) {
		buf_init(&b, 65536);
		mem_fail_after(n);
		err = pki_cert_show(&b, cert, false, "a");
		mem_fail_never();
		if (err == ERR_OK)
			assert_int_equal(buf_len(&b), buf_len(&whole));
		else
			assert_int_equal(err, ERR_NOMEM);
		buf_fini(&b);
	}
	assert_true(n > 5);
	buf_fini(&whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pastes),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_p7b),
		cmocka_unit_test(test_der_and_limit),
		cmocka_unit_test(test_key_round_trip),
		cmocka_unit_test(test_foreign_keys),
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_fingerprint),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_show_foreign),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_show_out_of_memory),
	};

	mem_hook_libraries();
	return cmocka_run_group_tests(tests, setup, teardown);
}
