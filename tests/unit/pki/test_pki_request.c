/* SPDX-License-Identifier: BSD-2-Clause */
/* Subjects, requests and self-signed certificates, read by openssl. */
#include "tests/unit/pki/pki_fixture.h"

static const struct subject_row {
	const char *text;
	enum err err;
	const char *oneline; /* as encoded; RFC 2253 would turn it round */
} subjects[] = {
	{ "CN=fed.example.com", ERR_OK, "/CN=fed.example.com" },
	{ "CN=a,OU=b,O=\"chuck, Inc.\",C=US,St=CA,L=X", ERR_OK,
	    "/L=X/ST=CA/C=US/O=chuck, Inc./OU=b/CN=a" },
	{ "cn=a,dc=example,DC=com,e=x@y", ERR_OK,
	    "/emailAddress=x@y/DC=com/DC=example/CN=a" },
	{ " cN = a b , oU= c ", ERR_OK, "/OU=c/CN=a b" },
	{ "CN=a\\,b\\\"c\\\\", ERR_OK, "/CN=a,b\"c\\" },
	{ "CN=\"a\\\"b\" ,O=c", ERR_OK, "/O=c/CN=a\"b" },
	{ "CN=a\\41b", ERR_OK, "/CN=aAb" },
	{ "CN=a\\ ,O=b", ERR_OK, "/O=b/CN=a " },
	{ "CN=a=b+c", ERR_OK, "/CN=a=b\\+c" },
	{ "", ERR_CONF_VALUE, NULL },
	{ "CN", ERR_CONF_VALUE, NULL },
	{ "CN=", ERR_CONF_VALUE, NULL },
	{ "CN=a,", ERR_CONF_VALUE, NULL },
	{ "CN=a,,O=b", ERR_CONF_VALUE, NULL },
	{ ",CN=a", ERR_CONF_VALUE, NULL },
	{ "XX=a", ERR_CONF_VALUE, NULL },
	{ "hostname=a", ERR_CONF_VALUE, NULL },
	{ "C=USA", ERR_CONF_VALUE, NULL },
	{ "CN=\"a", ERR_CONF_VALUE, NULL },
	{ "CN=\"a\"b", ERR_CONF_VALUE, NULL },
	{ "CN=a\"b", ERR_CONF_VALUE, NULL },
	{ "CN=a\\", ERR_CONF_VALUE, NULL },
	{ "CN=a\\00", ERR_CONF_VALUE, NULL },
	{ "CN=a\\x", ERR_CONF_VALUE, NULL },
	{ "CN=a\nb", ERR_CONF_VALUE, NULL },
	{ "CN=\xff\xfe", ERR_CONF_VALUE, NULL },
	{ "CN=0123456789012345678901234567890123456789012345678901234567890123"
	  "4", ERR_CONF_VALUE, NULL },
};

static void
test_subjects(void **state)
{
	size_t i;

	for (i = 0; i < countof(subjects); i++) {
		X509_NAME *n = NULL;
		char line[512];

		print_message("# row %zu\n", i);
		assert_int_equal(pki_subject_parse(&n, subjects[i].text),
		    subjects[i].err);
		if (subjects[i].err)
			continue;
		X509_NAME_oneline(n, line, sizeof(line));
		assert_string_equal(line, subjects[i].oneline);
		X509_NAME_free(n);
	}
}

static void
test_subject_bound(void **state)
{
	char text[514];
	X509_NAME *n = NULL;
	size_t i;

	for (i = 0; i + 5 < 513; i += 5)
		memcpy(text + i, "OU=a,", 5);
	text[509] = '\0'; /* without the comma behind the last */
	assert_int_equal(pki_subject_parse(&n, text), ERR_OK);
	assert_int_equal(X509_NAME_entry_count(n), 102);
	X509_NAME_free(n);
	memset(text + 509, ' ', 4);
	text[513] = '\0';
	assert_int_equal(pki_subject_parse(&n, text), ERR_CONF_VALUE);
}

static void
csr_of(const struct pki_request *r)
{
	struct buf b;

	buf_init(&b, 65536);
	assert_int_equal(pki_csr_pem(&b, r), ERR_OK);
	write_file("r.pem", buf_str(&b));
	buf_fini(&b);
}

static void
check(const char *cmd, const char *const *wanted)
{
	const char *out = output_of(cmd);

	for (; *wanted != NULL; wanted++)
		if ((*wanted)[0] == '!')
			assert_null(strstr(out, *wanted + 1));
		else
			assert_has(out, *wanted);
}

static void
test_csr(void **state)
{
	static const char *const full[] = { "verify OK",
		"Version: 1 (0x0)",
		"Subject: C = US, O = \"chuck, Inc.\", OU = x, CN = "
		"fed.example.com, ",
		"unstructuredAddress = 192.0.2.1", " + ",
		"unstructuredName = fed.example.com",
		"serialNumber = SN1",
		"X509v3 Key Usage: critical\n                    Digital "
		"Signature, Key Encipherment\n",
		"TLS Web Server Authentication, TLS Web Client Authentication",
		"DNS:fed.example.com", "email:a@b.example",
		"sha256WithRSAEncryption", "!challenge", "!IP Address", NULL };
	static const char *const types[] = { "PRINTABLESTRING   :192.0.2.1",
		"IA5STRING         :fed.example.com", NULL };
	static const char *const bare[] = { "verify OK",
		"Subject: CN = fed.example.com\n", "!Alternative", "!DNS:",
		"X509v3 Key Usage: critical\n                    Digital "
		"Signature\n", NULL };
	struct pki_request r = {
		.subject = "CN=fed.example.com,OU=x,O=\"chuck, Inc.\",C=US",
		.fqdn = "fed.example.com", .ip = "192.0.2.1",
		.email = "a@b.example", .serial = "SN1",
		.key = new_key(PKI_RSA, 2048) };

	csr_of(&r);
	check("openssl req -in r.pem -noout -verify -text", full);
	check("openssl asn1parse -in r.pem", types);
	EVP_PKEY_free(r.key);
	r = (struct pki_request){ .subject = "CN=fed.example.com",
		.key = new_key(PKI_ECDSA, 256) };
	csr_of(&r);
	check("openssl req -in r.pem -noout -verify -text", bare);
	EVP_PKEY_free(r.key);
}

static const struct self_row {
	const char *subject, *fqdn, *ip;
	const char *const wanted[4];
} selves[] = {
	{ "CN=10.0.0.1", NULL, NULL, { "IP Address:10.0.0.1\n", "!DNS:" } },
	{ "CN=10.0.0.1", NULL, "10.0.0.1", { "IP Address:10.0.0.1\n" } },
	{ "CN=a.example", NULL, "2001:db8::1",
	    { "DNS:a.example, IP Address:2001:DB8:0:0:0:0:0:1\n" } },
	{ "CN=A.example", "a.example", NULL, { "DNS:a.example\n" } },
	{ "CN=My Proxy", NULL, NULL, { "!Alternative" } },
	{ "CN=1.2.3", NULL, NULL, { "!Alternative" } },
	{ NULL, "a.example", NULL, { "DNS:a.example\n", "CN = a.example" } },
};

static void
test_self(void **state)
{
	static const char *const always[] = { "Version: 3 (0x2)",
		"X509v3 Basic Constraints: critical\n                CA:FALSE",
		"TLS Web Server Authentication, TLS Web Client Authentication",
		"Digital Signature, Key Encipherment",
		"X509v3 Subject Key Identifier", "!Serial Number: -", NULL };
	EVP_PKEY *key = new_key(PKI_RSA, 2048);
	size_t i;

	for (i = 0; i < countof(selves); i++) {
		struct pki_request r = { .subject = selves[i].subject,
			.fqdn = selves[i].fqdn, .ip = selves[i].ip,
			.key = key };
		X509 *c = NULL;
		char *text;

		assert_int_equal(pki_self_sign(&c, &r), ERR_OK);
		text = pem_of(c);
		write_file("s.pem", str_of(text));
		check("openssl x509 -in s.pem -noout -text", always);
		check("openssl x509 -in s.pem -noout -text",
		    selves[i].wanted);
		output_of("openssl verify -CAfile s.pem -purpose sslserver "
			  "s.pem");
		output_of("openssl x509 -in s.pem -noout -checkend 315000000");
		mem_free(text);
		X509_free(c);
	}
	EVP_PKEY_free(key);
}

static void
test_refused(void **state)
{
	EVP_PKEY *key = new_key(PKI_ECDSA, 256);
	const struct pki_request rows[] = {
		{ .subject = NULL, .key = key },
		{ .subject = "CN=", .key = key },
		{ .subject = "CN=a", .fqdn = "a b", .key = key },
		{ .subject = "CN=a", .fqdn = "a..b", .key = key },
		{ .subject = "CN=a", .fqdn = "10.0.0.1", .key = key },
		{ .subject = "CN=a", .fqdn = "", .key = key },
		{ .subject = "CN=a", .ip = "10.0.0.256", .key = key },
		{ .subject = "CN=a", .ip = "10.0.0.1x", .key = key },
		{ .subject = "CN=a", .email = "nobody", .key = key },
		{ .subject = "CN=a", .serial = "a\nb", .key = key },
	};
	struct pki_request keyless = { .subject = "CN=a" };
	struct buf b;
	X509 *c = NULL;
	size_t i;

	buf_init(&b, 65536);
	for (i = 0; i < countof(rows); i++) {
		assert_int_equal(pki_self_sign(&c, &rows[i]), ERR_CONF_VALUE);
		assert_int_equal(pki_csr_pem(&b, &rows[i]), ERR_CONF_VALUE);
	}
	assert_int_equal(pki_csr_pem(&b, &keyless), ERR_PKI_NO_KEY);
	assert_int_equal(buf_len(&b), 0);
	buf_fini(&b);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subjects),
		cmocka_unit_test(test_subject_bound),
		cmocka_unit_test(test_csr),
		cmocka_unit_test(test_self),
		cmocka_unit_test(test_refused),
	};

	mem_hook_libraries();
	return cmocka_run_group_tests(tests, in_folder, drop_folder);
}
