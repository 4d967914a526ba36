/* SPDX-License-Identifier: BSD-2-Clause */
/* From pasted text to DER and back: see text.h. */
#include "tls/pki/text.h"

#include "base/mem.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

enum err
pki_fail(enum err otherwise)
{
	enum err err = otherwise;
	unsigned long e;

	while ((e = ERR_get_error()) != 0)
		if (ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE)
			err = ERR_NOMEM;
	return err;
}

enum err
pki_bio_take(struct buf *out, BIO *bio)
{
	char *p = NULL;
	long n = BIO_get_mem_data(bio, &p);
	enum err err = n > 0 ? buf_add(out, p, (size_t)n) : ERR_NOMEM;

	BIO_free(bio);
	return err;
}

void
pki_der_fini(struct pki_der *der)
{
	if (der->p != NULL)
		OPENSSL_cleanse(der->p, der->n);
	mem_free(der->p);
	*der = (struct pki_der){ NULL, 0 };
}

static ssize_t
find_text(struct str s, const char *what, size_t from)
{
	size_t n = strlen(what);
	ssize_t at = str_find(s, what[0], from);

	while (at >= 0 && s.n - (size_t)at >= n) {
		if (memcmp(s.p + at, what, n) == 0)
			return at;
		at = str_find(s, what[0], (size_t)at + 1);
	}
	return -1;
}

static struct str
skip_bom(struct str s)
{
	return str_starts_nocase(s, "\xef\xbb\xbf") ? str_from(s, 3) : s;
}

/* A block of the text; rest is what follows it. */
struct block {
	struct str label;
	struct str body;
	struct str rest;
};

static enum err
next_block(struct block *b, struct str text)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----END ";
	ssize_t at = find_text(text, begin, 0), stop;
	struct str s, tail;

	if (at < 0)
		return ERR_NOT_FOUND;
	s = str_from(text, (size_t)at + sizeof(begin) - 1);
	at = find_text(s, "-----", 0);
	if (at < 0 || at > 64)
		return ERR_PKI_PARSE;
	b->label = str_sub(s, 0, (size_t)at);
	s = str_from(s, (size_t)at + 5);
	stop = find_text(s, end, 0);
	if (stop < 0)
		return ERR_PKI_PARSE;
	b->body = str_sub(s, 0, (size_t)stop);
	tail = str_from(s, (size_t)stop + sizeof(end) - 1);
	if (!str_equal(str_sub(tail, 0, b->label.n), b->label))
		return ERR_PKI_PARSE;
	b->rest = str_from(tail, b->label.n);
	if (!str_starts_nocase(b->rest, "-----"))
		return ERR_PKI_PARSE;
	b->rest = str_from(b->rest, 5);
	return ERR_OK;
}

static bool
label_wanted(struct str label, const char *const *labels)
{
	for (; *labels != NULL; labels++)
		if (str_equal(label, str_of(*labels)))
			return true;
	return false;
}

/* The one block that counts, or the whole text where there is no block. */
static enum err
pick_body(struct str *body, struct str text, const char *const *labels)
{
	struct block b = { .rest = text };
	bool any = false;
	enum err err;

	while ((err = next_block(&b, b.rest)) == ERR_OK) {
		any = true;
		if (str_starts_nocase(b.label, "ENCRYPTED "))
			err = ERR_PKI_PASSPHRASE;
		if (!label_wanted(b.label, labels) && !err)
			continue;
		if (find_text(b.body, "Proc-Type:", 0) >= 0)
			err = ERR_PKI_PASSPHRASE;
		*body = b.body;
		return err;
	}
	if (err != ERR_NOT_FOUND || any)
		return ERR_PKI_PARSE;
	*body = text;
	return ERR_OK;
}

static bool
is_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* Keep the base64 characters; ERR_PKI_PARSE on anything but blanks. */
static enum err
squeeze(char *dst, size_t *n, size_t *pad, struct str body)
{
	size_t i;

	*n = *pad = 0;
	for (i = 0; i < body.n; i++) {
		char c = body.p[i];

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		if (c == '=' && *pad < 2)
			(*pad)++;
		else if (!is_base64(c) || *pad != 0)
			return ERR_PKI_PARSE;
		dst[(*n)++] = c;
	}
	return *n != 0 && *n % 4 == 0 ? ERR_OK : ERR_PKI_PARSE;
}

static enum err
decode_base64(struct pki_der *out, struct str body)
{
	char *text = mem_alloc(body.n + 1);
	unsigned char *p = mem_alloc(body.n + 4);
	enum err err = ERR_NOMEM;
	size_t n, pad;

	if (text == NULL || p == NULL)
		goto out;
	err = squeeze(text, &n, &pad, body);
	if (err)
		goto out;
	err = ERR_PKI_PARSE;
	if (EVP_DecodeBlock(p, (unsigned char *)text, (int)n) < 0)
		goto out;
	*out = (struct pki_der){ p, n / 4 * 3 - pad };
	p = NULL;
	err = ERR_OK;
out:
	if (text != NULL)
		OPENSSL_cleanse(text, body.n + 1);
	mem_free(text);
	mem_free(p);
	return err;
}

static enum err
copy_der(struct pki_der *out, struct str text)
{
	unsigned char *p = mem_alloc(text.n);

	if (p == NULL)
		return ERR_NOMEM;
	memcpy(p, text.p, text.n);
	*out = (struct pki_der){ p, text.n };
	return ERR_OK;
}

enum err
pki_text_der(struct pki_der *out, struct str text, const char *const *labels)
{
	struct str body = STR_EMPTY;
	enum err err;

	*out = (struct pki_der){ NULL, 0 };
	if (text.n > PKI_TEXT_MOST)
		return ERR_FULL;
	/* DER starts with 0x30; the base64 of DER never starts with that. */
	if (text.n > 1 && text.p[0] == 0x30)
		return copy_der(out, text);
	err = pick_body(&body, skip_bom(text), labels);
	if (err)
		return err;
	return decode_base64(out, body);
}

enum err
pki_text_base64(struct buf *out, const unsigned char *p, size_t n)
{
	enum { LINE = 48 }; /* bytes that make 64 columns */
	unsigned char line[LINE / 3 * 4 + 1];
	enum err err = ERR_OK;

	while (n != 0 && !err) {
		size_t part = n < LINE ? n : LINE;

		EVP_EncodeBlock(line, p, (int)part);
		err = buf_printf(out, "%s\n", (char *)line);
		p += part;
		n -= part;
	}
	return err;
}
