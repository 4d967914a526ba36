/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of tls/pki share: a folder, a key, the openssl command. */
#ifndef TESTS_UNIT_PKI_FIXTURE_H
#define TESTS_UNIT_PKI_FIXTURE_H

#include "base/file.h"
#include "base/mem.h"
#include "tls/pki/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/pki-test-XXXXXX";

/* For group setup: a fresh folder that is also the working directory. */
static inline int
in_folder(void **state)
{
	return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static inline int
drop_folder(void **state)
{
	char *cmd = mem_printf("rm -rf %s", folder);
	int rc = chdir("/") != 0 || system(cmd) != 0;

	mem_free(cmd);
	return rc;
}

/* What a command prints, both streams; it must succeed. */
static inline char *
output_of(const char *cmd)
{
	static char out[65536];
	char *full = mem_printf("%s 2>&1", cmd);
	FILE *f = popen(full, "r");
	size_t n;
	int rc;

	assert_non_null(f);
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	rc = pclose(f);
	if (rc != 0)
		print_message("# %s: %s\n", cmd, out);
	assert_int_equal(rc, 0);
	mem_free(full);
	return out;
}

static inline void
write_file(const char *name, struct str s)
{
	assert_int_equal(file_replace(name, s.p, s.n, 0600), ERR_OK);
}

static inline EVP_PKEY *
new_key(enum pki_key_type type, unsigned bits)
{
	EVP_PKEY *key = NULL;

	assert_int_equal(pki_key_generate(&key, type, bits), ERR_OK);
	return key;
}

static inline X509 *
new_cert(EVP_PKEY *key, const char *subject)
{
	struct pki_request r = { .subject = subject, .key = key };
	X509 *c = NULL;

	assert_int_equal(pki_self_sign(&c, &r), ERR_OK);
	return c;
}

/* The PEM of a certificate; mem_free. */
static inline char *
pem_of(X509 *c)
{
	struct buf b;
	char *text;

	buf_init(&b, 65536);
	assert_int_equal(pki_cert_pem(&b, c), ERR_OK);
	text = str_dup(buf_str(&b));
	assert_non_null(text);
	buf_fini(&b);
	return text;
}

static inline void
assert_has(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		print_message("# no \"%s\" in:\n%s\n", what, text);
	assert_non_null(strstr(text, what));
}

#endif
