/* SPDX-License-Identifier: BSD-2-Clause */
/* The store: what goes in comes out, also when power fails in between. */
#include "tests/unit/pki/pki_fixture.h"

#include <signal.h>
#include <sys/wait.h>

static struct pki_store *store;
static EVP_PKEY *one, *two;

static int
setup(void **state)
{
	if (in_folder(state) || pki_store_open(&store, "state") != ERR_OK)
		return 1;
	one = new_key(PKI_RSA, 2048);
	two = new_key(PKI_ECDSA, 256);
	return 0;
}

static int
teardown(void **state)
{
	pki_store_close(store);
	EVP_PKEY_free(one);
	EVP_PKEY_free(two);
	return drop_folder(state);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static const struct {
	const char *name;
	bool ok;
} names[] = { { "a", true }, { "<Default-RSA-Key>", true },
	{ "cup_proxy", true }, { "a.b-C9", true }, { "", false },
	{ ".a", false }, { "..", false }, { "a/b", false }, { "../a", false },
	{ "a b", false }, { "a\n", false }, { "\xc3\xa4", false },
	{ "0123456789012345678901234567890123456789012345678901234567890123",
	    true },
	{ "01234567890123456789012345678901234567890123456789012345678901234",
	    false } };

static void
test_names(void **state)
{
	EVP_PKEY *k = NULL;
	size_t i;

	for (i = 0; i < countof(names); i++) {
		assert_int_equal(pki_name_ok(names[i].name), names[i].ok);
		assert_int_equal(pki_store_get_key(store, names[i].name, &k),
		    names[i].ok ? ERR_PKI_NO_KEY : ERR_CONF_VALUE);
	}
}

static void
append_label(const char *label, EVP_PKEY *key, time_t generated, void *arg)
{
	assert_non_null(key);
	assert_true(generated > 1000000000);
	assert_int_equal(buf_printf(arg, "%s ", label), ERR_OK);
}

static void
test_keys(void **state)
{
	EVP_PKEY *k = NULL;
	struct buf b;

	buf_init(&b, 65536);
	assert_false(pki_store_has_key(store, "z"));
	assert_int_equal(pki_store_put_key(store, "z", one), ERR_OK);
	assert_int_equal(
	    pki_store_put_key(store, "<Default-RSA-Key>", two), ERR_OK);
	assert_true(pki_store_has_key(store, "z"));
	assert_int_equal(mode_of("state"), 0700);
	assert_int_equal(mode_of("state/keys"), 0700);
	assert_int_equal(mode_of("state/certs"), 0700);
	assert_int_equal(mode_of("state/keys/z.pem"), 0600);
	assert_int_equal(pki_store_get_key(store, "z", &k), ERR_OK);
	assert_int_equal(EVP_PKEY_eq(k, one), 1);
	EVP_PKEY_free(k);
	assert_int_equal(pki_store_key_text(store, "z", &b), ERR_OK);
	assert_has(buf_cstr(&b), "BEGIN PRIVATE KEY");
	buf_clear(&b);
	assert_int_equal(
	    pki_store_each_key(store, append_label, &b), ERR_OK);
	assert_string_equal(buf_cstr(&b), "<Default-RSA-Key> z ");
	/* A damaged one is reported and hides no other. */
	write_file("state/keys/a.pem", STR("-----BEGIN PRIVATE KEY-----\n"));
	buf_clear(&b);
	assert_int_equal(
	    pki_store_each_key(store, append_label, &b), ERR_PKI_PARSE);
	assert_string_equal(buf_cstr(&b), "<Default-RSA-Key> z ");
	assert_int_equal(pki_store_get_key(store, "a", &k), ERR_PKI_PARSE);
	assert_int_equal(pki_store_drop_key(store, "a"), ERR_OK);
	assert_int_equal(pki_store_drop_key(store, "a"), ERR_OK);
	assert_int_equal(pki_store_get_key(store, "a", &k), ERR_PKI_NO_KEY);
	buf_fini(&b);
}

static void
fill(struct pki_material *m)
{
	struct pki_request r = { .subject = "CN=a.example", .key = two };
	struct buf b;

	buf_init(&b, 65536);
	assert_int_equal(pki_csr_pem(&b, &r), ERR_OK);
	m->csr = str_dup(buf_str(&b));
	m->identity = new_cert(two, "CN=a.example");
	m->ca = sk_X509_new_null();
	sk_X509_push(m->ca, new_cert(one, "CN=first"));
	sk_X509_push(m->ca, new_cert(one, "CN=second"));
	buf_fini(&b);
}

static void
test_material(void **state)
{
	struct pki_material m = { NULL, NULL, NULL }, back, none = m;
	int i;

	assert_int_equal(pki_store_get(store, "tp", &back), ERR_OK);
	assert_null(back.identity);
	fill(&m);
	assert_int_equal(pki_store_put(store, "tp", &m), ERR_OK);
	assert_int_equal(mode_of("state/certs/tp.pem"), 0600);
	assert_int_equal(pki_store_get(store, "tp", &back), ERR_OK);
	assert_int_equal(X509_cmp(back.identity, m.identity), 0);
	assert_int_equal(sk_X509_num(back.ca), 2);
	for (i = 0; i < 2; i++)
		assert_int_equal(X509_cmp(sk_X509_value(back.ca, i),
				     sk_X509_value(m.ca, i)), 0);
	assert_true(str_equal(str_trim(str_of(back.csr)),
	    str_trim(str_of(m.csr))));
	pki_material_fini(&back);
	assert_string_equal(
	    output_of("grep -c '^$' state/certs/tp.pem || true"), "0\n");
	assert_int_equal(pki_store_put(store, "tp", &none), ERR_OK);
	assert_int_equal(access("state/certs/tp.pem", F_OK), -1);
	pki_material_fini(&m);
}

static const struct {
	const char *cmd; /* from good.pem */
	enum err err;
} damages[] = {
	{ "cat good.pem", ERR_OK },
	{ "sed 's/$/\\r/' good.pem", ERR_OK },
	{ "true", ERR_PKI_PARSE },
	{ "head -c 300 good.pem", ERR_PKI_PARSE },
	{ "sed '/^# identity/d' good.pem", ERR_PKI_PARSE },
	{ "sed 's/^# ca/# what/' good.pem", ERR_PKI_PARSE },
	{ "cat good.pem good.pem", ERR_PKI_PARSE },
	{ "sed '4s/.*/!!!!/' good.pem", ERR_PKI_PARSE },
	{ "sed '4d' good.pem", ERR_PKI_PARSE },
	{ "echo '# csr'; openssl base64 -in good.pem", ERR_PKI_PARSE },
	{ "head -c 2000 /dev/zero", ERR_PKI_PARSE },
	{ "grep -v END good.pem", ERR_PKI_PARSE },
};

static void
test_damage(void **state)
{
	struct pki_material m = { NULL, NULL, NULL };
	size_t i;

	fill(&m);
	assert_int_equal(pki_store_put(store, "good", &m), ERR_OK);
	pki_material_fini(&m);
	output_of("cp state/certs/good.pem good.pem");
	for (i = 0; i < countof(damages); i++) {
		char *cmd = mem_printf(
		    "{ %s; } > state/certs/bad.pem", damages[i].cmd);

		print_message("# %s\n", damages[i].cmd);
		output_of(cmd);
		assert_int_equal(
		    pki_store_get(store, "bad", &m), damages[i].err);
		if (damages[i].err)
			assert_null(m.identity);
		pki_material_fini(&m);
		mem_free(cmd);
	}
}

static void
test_stray(void **state)
{
	struct pki_store *again = NULL;

	write_file("state/keys/x.pem.new", STR("half"));
	write_file("state/certs/x.pem.new", STR("half"));
	output_of("chmod 755 state/keys");
	assert_int_equal(pki_store_open(&again, "state"), ERR_OK);
	assert_int_equal(access("state/keys/x.pem.new", F_OK), -1);
	assert_int_equal(access("state/certs/x.pem.new", F_OK), -1);
	assert_int_equal(mode_of("state/keys"), 0700);
	pki_store_close(again);
	assert_int_equal(pki_store_open(&again, "no/such/folder"), ERR_IO);
}

/* Child: replace for ever, in turn by a long and a short key. */
static void
rewrite(void)
{
	for (;;)
		if (pki_store_put_key(store, "k", one) != ERR_OK ||
		    pki_store_put_key(store, "k", two) != ERR_OK)
			_exit(1);
}

static void
test_kill(void **state)
{
	unsigned seen[2] = { 0, 0 };
	int round, status;

	assert_int_equal(pki_store_put_key(store, "k", one), ERR_OK);
	srand(7);
	for (round = 0; round < 50; round++) {
		EVP_PKEY *k = NULL;
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			rewrite();
		usleep((useconds_t)(1000 + rand() % 20000));
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(pki_store_get_key(store, "k", &k), ERR_OK);
		if (EVP_PKEY_eq(k, one) == 1)
			seen[0]++;
		else
			seen[1] += EVP_PKEY_eq(k, two) == 1;
		EVP_PKEY_free(k);
	}
	assert_int_equal(seen[0] + seen[1], 50);
	print_message("# %u long, %u short\n", seen[0], seen[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_material),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_stray),
		cmocka_unit_test(test_kill),
	};

	mem_hook_libraries();
	return cmocka_run_group_tests(tests, setup, teardown);
}
