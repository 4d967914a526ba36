/* SPDX-License-Identifier: BSD-2-Clause */
/* One certificate: text in and out, fingerprint, the ASA's hex block. */
#include "tls/pki/pki.h"

#include "base/mem.h"
#include "tls/pki/text.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static enum err
cert_of_der(X509 **out, const struct pki_der *der)
{
	const unsigned char *p = der->p;
	X509 *c = d2i_X509(NULL, &p, (long)der->n);

	if (c == NULL)
		return pki_fail(ERR_PKI_PARSE);
	/* A certificate whose key cannot be decoded is of no use to anyone. */
	if (p != der->p + der->n || X509_get0_pubkey(c) == NULL) {
		X509_free(c);
		return pki_fail(ERR_PKI_PARSE);
	}
	ERR_clear_error();
	*out = c;
	return ERR_OK;
}

enum err
pki_cert_read(X509 **out, struct str text)
{
	static const char *const labels[] = { "CERTIFICATE",
		"X509 CERTIFICATE", NULL };
	struct pki_der der;
	enum err err = pki_text_der(&der, text, labels);

	if (!err)
		err = cert_of_der(out, &der);
	pki_der_fini(&der);
	return err;
}

enum err
pki_cert_pem(struct buf *out, X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio == NULL)
		return pki_fail(ERR_NOMEM);
	if (!PEM_write_bio_X509(bio, cert)) {
		BIO_free(bio);
		return pki_fail(ERR_SYSTEM);
	}
	return pki_bio_take(out, bio);
}

enum err
pki_fingerprint(char *dst, size_t size, X509 *c, const EVP_MD *md)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0, i;
	size_t at = 0;

	if (md == NULL || !X509_digest(c, md, hash, &n))
		return pki_fail(ERR_SYSTEM);
	if (size < n * 2 + n / 4) /* one gap less than groups, a NUL */
		return ERR_FULL;
	for (i = 0; i < n; i++)
		at += (size_t)snprintf(dst + at, size - at, "%s%02x",
		    i != 0 && i % 4 == 0 ? " " : "", hash[i]);
	return ERR_OK;
}

void
pki_serial(char *dst, size_t size, const X509 *c)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(c);
	const unsigned char *p = ASN1_STRING_get0_data(serial);
	int n = ASN1_STRING_length(serial), i;
	size_t at = 0;

	if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER && size > 1)
		dst[at++] = '-';
	if (n == 0 && at + 2 < size)
		at += (size_t)snprintf(dst + at, size - at, "00");
	for (i = 0; i < n && at + 2 < size; i++)
		at += (size_t)snprintf(dst + at, size - at, "%02x", p[i]);
	dst[at] = '\0';
}

bool
pki_cert_is_ca(X509 *c)
{
	return X509_check_ca(c) == 1;
}

bool
pki_cert_is_self_signed(X509 *c)
{
	bool yes = X509_self_signed(c, 1) == 1;

	ERR_clear_error(); /* a signature that fails is an answer here */
	return yes;
}

enum err
pki_cert_hex(struct buf *out, X509 *c, bool ca)
{
	unsigned char *der = NULL;
	int n = i2d_X509(c, &der), i;
	char serial[96];
	enum err err;

	if (n < 0)
		return pki_fail(ERR_SYSTEM);
	pki_serial(serial, sizeof(serial), c);
	err = buf_printf(out, " certificate %s%s\n", ca ? "ca " : "", serial);
	for (i = 0; i < n && !err; i++) {
		const char *gap = i % 32 == 0 ? "    " : i % 4 == 0 ? " " : "";
		bool last = i % 32 == 31 || i == n - 1;

		err = buf_printf(out, "%s%02x%s", gap, der[i],
		    last ? "\n" : "");
	}
	if (!err)
		err = buf_puts(out, "  quit\n");
	OPENSSL_free(der);
	return err;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Append one line's digits; *digits counts over lines. */
static enum err
hex_line(struct pki_der *der, size_t *digits, struct str line)
{
	size_t i;

	for (i = 0; i < line.n; i++) {
		int v = hex_digit(line.p[i]);

		if (line.p[i] == ' ' || line.p[i] == '\t')
			continue;
		if (v < 0)
			return ERR_PKI_PARSE;
		if (*digits % 2 == 0)
			der->p[*digits / 2] = (unsigned char)(v << 4);
		else
			der->p[*digits / 2] |= (unsigned char)v;
		(*digits)++;
	}
	return ERR_OK;
}

enum err
pki_cert_from_hex(X509 **out, struct str hex)
{
	struct pki_der der = { NULL, 0 };
	enum err err = ERR_OK;
	size_t digits = 0;

	if (hex.n > PKI_TEXT_MOST)
		return ERR_FULL;
	der.p = mem_zalloc(hex.n / 2 + 1);
	if (der.p == NULL)
		return ERR_NOMEM;
	while (hex.n != 0 && !err) {
		struct str line = str_trim(str_split(&hex, '\n'));

		if (str_is(line, "quit"))
			break;
		/* The head of a block as 'show running-config' prints it. */
		if (!str_starts_nocase(line, "certificate"))
			err = hex_line(&der, &digits, line);
	}
	der.n = digits / 2;
	if (!err && (digits == 0 || digits % 2 != 0))
		err = ERR_PKI_PARSE;
	if (!err)
		err = cert_of_der(out, &der);
	pki_der_fini(&der);
	return err;
}
