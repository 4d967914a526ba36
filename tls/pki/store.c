/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys and certificates on disk. Each file is replaced whole, so a crash
 * leaves the old or the new one; "x.new" is what a crash left of a new one.
 */
#include "tls/pki/pki.h"

#include "base/file.h"
#include "base/mem.h"
#include "tls/pki/text.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	KEY_MOST = 1 << 16,    /* bytes of a key file */
	CHAIN_MOST = 64,       /* CA certificates of a trustpoint */
	NAME_MOST = 64
};

struct pki_store {
	char *keys;  /* folders */
	char *certs;
};

static const char suffix[] = ".pem";

bool
pki_name_ok(const char *name)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._<>-";
	size_t n = strlen(name);

	return n != 0 && n <= NAME_MOST && name[0] != '.' &&
	    strspn(name, chars) == n;
}

static enum err
path_of(char **out, const char *folder, const char *name)
{
	if (!pki_name_ok(name))
		return ERR_CONF_VALUE;
	*out = mem_printf("%s/%s%s", folder, name, suffix);
	return *out != NULL ? ERR_OK : ERR_NOMEM;
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

/* Remove what a crash left; nobody else writes here. */
static enum err
sweep(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *e;

	if (dir == NULL)
		return ERR_IO;
	while ((e = readdir(dir)) != NULL)
		if (ends_with(e->d_name, ".new"))
			(void)unlinkat(dirfd(dir), e->d_name, 0);
	closedir(dir);
	return ERR_OK;
}

static enum err
open_folder(char **out, const char *state_dir, const char *name)
{
	enum err err;

	*out = mem_printf("%s/%s", state_dir, name);
	if (*out == NULL)
		return ERR_NOMEM;
	err = file_folder(*out, 0700);
	if (!err && chmod(*out, 0700) != 0)
		err = ERR_IO;
	return err ? err : sweep(*out);
}

enum err
pki_store_open(struct pki_store **out, const char *state_dir)
{
	struct pki_store *s = mem_new(struct pki_store);
	enum err err;

	if (s == NULL)
		return ERR_NOMEM;
	err = file_folder(state_dir, 0700);
	if (!err)
		err = open_folder(&s->keys, state_dir, "keys");
	if (!err)
		err = open_folder(&s->certs, state_dir, "certs");
	if (err)
		pki_store_close(s);
	else
		*out = s;
	return err;
}

void
pki_store_close(struct pki_store *s)
{
	if (s == NULL)
		return;
	mem_free(s->keys);
	mem_free(s->certs);
	mem_free(s);
}

/* --- keys --- */

bool
pki_store_has_key(struct pki_store *s, const char *label)
{
	char *path = NULL;
	bool has;

	if (path_of(&path, s->keys, label) != ERR_OK)
		return false;
	has = access(path, F_OK) == 0;
	mem_free(path);
	return has;
}

/* The text (NULL: not wanted) and the key of a file, checked. */
static enum err
load_key(struct pki_store *s, const char *label, struct buf *text,
    EVP_PKEY **key)
{
	char *path = NULL, *p = NULL;
	enum err err = path_of(&path, s->keys, label);
	size_t n = 0;

	if (!err)
		err = file_read(&p, &n, path, KEY_MOST);
	mem_free(path);
	if (err)
		return err == ERR_NOT_FOUND ? ERR_PKI_NO_KEY : err;
	err = pki_key_read(key, (struct str){ p, n });
	if (!err && text != NULL) {
		err = buf_add(text, p, n);
		if (err) {
			EVP_PKEY_free(*key);
			*key = NULL;
		}
	}
	OPENSSL_cleanse(p, n);
	mem_free(p);
	return err;
}

enum err
pki_store_get_key(struct pki_store *s, const char *label, EVP_PKEY **out)
{
	return load_key(s, label, NULL, out);
}

enum err
pki_store_key_text(struct pki_store *s, const char *label, struct buf *out)
{
	EVP_PKEY *key = NULL;
	enum err err = load_key(s, label, out, &key);

	EVP_PKEY_free(key);
	return err;
}

enum err
pki_store_put_key(struct pki_store *s, const char *label, EVP_PKEY *key)
{
	char *path = NULL;
	struct buf text;
	enum err err = path_of(&path, s->keys, label);

	if (err)
		return err;
	buf_init(&text, KEY_MOST);
	err = pki_key_pem(&text, key);
	if (!err)
		err = file_replace(path, buf_str(&text).p, buf_len(&text),
		    0600);
	if (text.p != NULL)
		OPENSSL_cleanse(text.p, text.cap);
	buf_fini(&text);
	mem_free(path);
	return err;
}

static enum err
drop(const char *folder, const char *name)
{
	char *path = NULL;
	enum err err = path_of(&path, folder, name);

	if (!err)
		err = file_remove(path);
	mem_free(path);
	return err;
}

enum err
pki_store_drop_key(struct pki_store *s, const char *label)
{
	return drop(s->keys, label);
}

struct names {
	char **v;
	size_t n;
};

static void
names_fini(struct names *names)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		mem_free(names->v[i]);
	mem_free(names->v);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum err
list(struct names *names, const char *folder)
{
	DIR *dir = opendir(folder);
	enum err err = ERR_OK;
	struct dirent *e;

	if (dir == NULL)
		return ERR_IO;
	while (!err && (e = readdir(dir)) != NULL) {
		char *name;

		if (!ends_with(e->d_name, suffix))
			continue;
		name = mem_strndup(
		    e->d_name, strlen(e->d_name) - strlen(suffix));
		if (name == NULL || !mem_grow(names->v, names->n)) {
			mem_free(name);
			err = ERR_NOMEM;
		} else if (!pki_name_ok(name)) {
			mem_free(name);
		} else {
			names->v[names->n++] = name;
		}
	}
	closedir(dir);
	if (names->n != 0)
		qsort(names->v, names->n, sizeof(*names->v), by_name);
	return err;
}

static time_t
changed_at(const char *folder, const char *name)
{
	char *path = NULL;
	struct stat st = { .st_mtime = 0 };

	if (path_of(&path, folder, name) == ERR_OK && stat(path, &st) != 0)
		st.st_mtime = 0;
	mem_free(path);
	return st.st_mtime;
}

enum err
pki_store_each_key(struct pki_store *s,
    void (*fn)(const char *label, EVP_PKEY *key, time_t generated, void *arg),
    void *arg)
{
	struct names names = { NULL, 0 };
	enum err err = list(&names, s->keys), first = ERR_OK;
	size_t i;

	/* A damaged key must not hide the others: reported at the end. */
	for (i = 0; i < names.n && !err; i++) {
		EVP_PKEY *key = NULL;
		enum err one = load_key(s, names.v[i], NULL, &key);

		if (!one)
			fn(names.v[i], key, changed_at(s->keys, names.v[i]),
			    arg);
		else if (!first)
			first = one;
		EVP_PKEY_free(key);
	}
	names_fini(&names);
	return err ? err : first;
}

/* --- certificates --- */

void
pki_material_fini(struct pki_material *m)
{
	X509_free(m->identity);
	sk_X509_pop_free(m->ca, X509_free);
	mem_free(m->csr);
	*m = (struct pki_material){ NULL, NULL, NULL };
}

static enum err
take_identity(struct pki_material *m, struct str block)
{
	if (m->identity != NULL)
		return ERR_PKI_PARSE;
	return pki_cert_read(&m->identity, block);
}

static enum err
take_ca(struct pki_material *m, struct str block)
{
	X509 *c = NULL;
	enum err err;

	if (m->ca == NULL)
		m->ca = sk_X509_new_null();
	if (m->ca == NULL)
		return pki_fail(ERR_NOMEM);
	if (sk_X509_num(m->ca) >= CHAIN_MOST)
		return ERR_FULL;
	err = pki_cert_read(&c, block);
	if (!err && sk_X509_push(m->ca, c) <= 0) {
		X509_free(c);
		err = pki_fail(ERR_NOMEM);
	}
	return err;
}

static enum err
check_csr(struct str block)
{
	static const char *const labels[] = { "CERTIFICATE REQUEST", NULL };
	const unsigned char *p;
	struct pki_der der;
	X509_REQ *req;
	enum err err = pki_text_der(&der, block, labels);

	if (err)
		return err;
	p = der.p;
	req = d2i_X509_REQ(NULL, &p, (long)der.n);
	err = req != NULL ? ERR_OK : pki_fail(ERR_PKI_PARSE);
	X509_REQ_free(req);
	pki_der_fini(&der);
	return err;
}

static enum err
take_csr(struct pki_material *m, struct str block)
{
	enum err err = m->csr == NULL ? check_csr(block) : ERR_PKI_PARSE;

	if (err)
		return err;
	m->csr = str_dup(block);
	return m->csr != NULL ? ERR_OK : ERR_NOMEM;
}

static const struct section {
	const char *head;
	enum err (*take)(struct pki_material *m, struct str block);
} sections[] = {
	{ "# identity", take_identity },
	{ "# ca", take_ca },
	{ "# csr", take_csr },
};

/* From the line after the heading to the END line, and *rest behind it. */
static enum err
take_block(struct str *block, struct str *rest)
{
	struct str all = *rest;

	while (rest->n != 0) {
		struct str line = str_trim(str_split(rest, '\n'));

		if (str_starts_nocase(line, "#"))
			return ERR_PKI_PARSE;
		if (str_starts_nocase(line, "-----END ")) {
			*block = str_sub(all, 0, all.n - rest->n);
			return ERR_OK;
		}
	}
	return ERR_PKI_PARSE;
}

static enum err
take_section(struct pki_material *m, struct str head, struct str *rest)
{
	struct str block = STR_EMPTY;
	enum err err = take_block(&block, rest);
	size_t i;

	if (err)
		return err;
	for (i = 0; i < countof(sections); i++)
		if (str_equal(head, str_of(sections[i].head)))
			return sections[i].take(m, block);
	return ERR_PKI_PARSE;
}

static enum err
parse_material(struct pki_material *m, struct str text)
{
	enum err err = ERR_OK;

	if (str_trim(text).n == 0)
		return ERR_PKI_PARSE; /* nothing is stored as no file at all */
	while (!err && text.n != 0) {
		struct str line = str_trim(str_split(&text, '\n'));

		if (line.n != 0)
			err = take_section(m, line, &text);
	}
	return err;
}

enum err
pki_store_get(struct pki_store *s, const char *trustpoint,
    struct pki_material *out)
{
	char *path = NULL, *text = NULL;
	enum err err = path_of(&path, s->certs, trustpoint);
	size_t n = 0;

	*out = (struct pki_material){ NULL, NULL, NULL };
	if (!err)
		err = file_read(&text, &n, path, PKI_TEXT_MOST);
	mem_free(path);
	if (err)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	err = parse_material(out, (struct str){ text, n });
	if (err)
		pki_material_fini(out);
	mem_free(text);
	return err;
}

static enum err
write_material(struct buf *b, const struct pki_material *m)
{
	enum err err = ERR_OK;
	int i;

	if (m->identity != NULL) {
		(void)buf_puts(b, "# identity\n");
		err = pki_cert_pem(b, m->identity);
	}
	for (i = 0; i < sk_X509_num(m->ca) && !err; i++) {
		(void)buf_puts(b, "# ca\n");
		err = pki_cert_pem(b, sk_X509_value(m->ca, i));
	}
	if (m->csr != NULL && !err) {
		err = check_csr(str_of(m->csr));
		(void)buf_printf(b, "# csr\n%.*s\n",
		    STR_FMT(str_trim(str_of(m->csr))));
	}
	return err ? err : buf_error(b);
}

enum err
pki_store_put(struct pki_store *s, const char *trustpoint,
    const struct pki_material *m)
{
	char *path = NULL;
	struct buf text;
	enum err err;

	if (sk_X509_num(m->ca) > CHAIN_MOST)
		return ERR_FULL;
	if (m->identity == NULL && sk_X509_num(m->ca) <= 0 && m->csr == NULL)
		return pki_store_drop(s, trustpoint);
	err = path_of(&path, s->certs, trustpoint);
	if (err)
		return err;
	buf_init(&text, PKI_TEXT_MOST);
	err = write_material(&text, m);
	if (!err)
		err = file_replace(path, buf_str(&text).p, buf_len(&text),
		    0600);
	buf_fini(&text);
	mem_free(path);
	return err;
}

enum err
pki_store_drop(struct pki_store *s, const char *trustpoint)
{
	return drop(s->certs, trustpoint);
}
