/* SPDX-License-Identifier: BSD-2-Clause */
/* Key pairs: made, written and read; private text is wiped. See pki.h. */
#include "tls/pki/pki.h"

#include "base/mem.h"
#include "tls/pki/text.h"

#include <openssl/err.h>
#include <openssl/pem.h>

static const struct key_kind {
	enum pki_key_type type;
	unsigned bits;
	const char *curve; /* NULL: RSA */
} kinds[] = {
	{ PKI_RSA, 1024, NULL }, /* what the ASA's guide uses */
	{ PKI_RSA, 2048, NULL },
	{ PKI_RSA, 3072, NULL },
	{ PKI_RSA, 4096, NULL },
	{ PKI_ECDSA, 256, "P-256" },
	{ PKI_ECDSA, 384, "P-384" },
	{ PKI_ECDSA, 521, "P-521" },
};

enum err
pki_key_generate(EVP_PKEY **out, enum pki_key_type t, unsigned bits)
{
	const struct key_kind *k = NULL;
	size_t i;

	for (i = 0; i < countof(kinds); i++)
		if (kinds[i].type == t && kinds[i].bits == bits)
			k = &kinds[i];
	if (k == NULL)
		return ERR_CONF_VALUE;
	if (k->curve != NULL)
		*out = EVP_PKEY_Q_keygen(NULL, NULL, "EC", k->curve);
	else
		*out = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
	return *out != NULL ? ERR_OK : pki_fail(ERR_SYSTEM);
}

enum err
pki_key_pem(struct buf *out, EVP_PKEY *key)
{
	/* BIO_free wipes a memory BIO, and growing wipes the old block. */
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio == NULL)
		return pki_fail(ERR_NOMEM);
	if (!PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL,
		NULL)) {
		BIO_free(bio);
		return pki_fail(ERR_SYSTEM);
	}
	return pki_bio_take(out, bio);
}

enum err
pki_key_read(EVP_PKEY **out, struct str pem)
{
	static const char *const labels[] = { "PRIVATE KEY", "RSA PRIVATE KEY",
		"EC PRIVATE KEY", NULL };
	const unsigned char *p;
	struct pki_der der;
	EVP_PKEY *key;
	enum err err = pki_text_der(&der, pem, labels);

	if (err)
		return err;
	p = der.p;
	key = d2i_AutoPrivateKey(NULL, &p, (long)der.n);
	if (key == NULL)
		err = pki_fail(ERR_PKI_PARSE);
	else if (p != der.p + der.n ||
	    (!EVP_PKEY_is_a(key, "RSA") && !EVP_PKEY_is_a(key, "EC")))
		err = ERR_PKI_PARSE;
	pki_der_fini(&der);
	if (err) {
		EVP_PKEY_free(key);
		return err;
	}
	ERR_clear_error(); /* decoders that did not match leave theirs */
	*out = key;
	return ERR_OK;
}

enum err
pki_key_matches(EVP_PKEY *key, X509 *cert)
{
	const EVP_PKEY *pub = X509_get0_pubkey(cert);

	if (pub == NULL)
		return pki_fail(ERR_PKI_PARSE);
	return EVP_PKEY_eq(pub, key) == 1 ? ERR_OK
					  : pki_fail(ERR_PKI_MISMATCH);
}
