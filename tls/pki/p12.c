/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PKCS#12, also of the old kind (RC2, 3DES) that Windows still exports. Its
 * algorithms exist only in a library context that lives as long as that one
 * parse; what comes out is copied into the default context by its encoding.
 */
#include "tls/pki/pki.h"

#include "tls/pki/text.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

enum {
	ITERATIONS = 10000,       /* that we write */
	ITERATIONS_MOST = 5000000 /* that we are willing to compute */
};

struct parts {
	EVP_PKEY *key;
	X509 *cert;
	STACK_OF(X509) *chain;
};

static void
parts_fini(struct parts *p)
{
	EVP_PKEY_free(p->key);
	X509_free(p->cert);
	sk_X509_pop_free(p->chain, X509_free);
	*p = (struct parts){ NULL, NULL, NULL };
}

static bool
mac_is_affordable(const PKCS12 *p12)
{
	const ASN1_INTEGER *n = NULL;
	int64_t rounds = 1;

	PKCS12_get0_mac(NULL, NULL, NULL, &n, p12);
	return n == NULL || (ASN1_INTEGER_get_int64(&rounds, n) &&
				rounds > 0 && rounds <= ITERATIONS_MOST);
}

/* OpenSSL raises an error unless it could compute the MAC and it differs. */
static enum err
check_mac(PKCS12 *p12, const char *pass)
{
	ERR_clear_error();
	if (PKCS12_verify_mac(p12, pass, -1))
		return ERR_OK;
	/* No passphrase is written in two ways. */
	if (pass[0] == '\0' && ERR_peek_error() == 0 &&
	    PKCS12_verify_mac(p12, NULL, 0))
		return ERR_OK;
	return ERR_peek_error() == 0 ? ERR_PKI_PASSPHRASE
				     : pki_fail(ERR_PKI_PARSE);
}

/* ctx NULL: the default context. */
static enum err
parse_in(struct parts *out, OSSL_LIB_CTX *ctx, const struct pki_der *der,
    const char *pass)
{
	const unsigned char *p = der->p;
	PKCS12 *p12 = PKCS12_init_ex(NID_pkcs7_data, ctx, NULL);
	enum err err = ERR_PKI_PARSE;

	if (p12 == NULL)
		return pki_fail(ERR_NOMEM);
	/* d2i frees p12 when it fails. */
	if (d2i_PKCS12(&p12, &p, (long)der->n) == NULL)
		return pki_fail(ERR_PKI_PARSE);
	if (p != der->p + der->n || !PKCS12_mac_present(p12) ||
	    !mac_is_affordable(p12))
		goto out;
	err = check_mac(p12, pass);
	if (!err && !PKCS12_parse(p12, pass, &out->key, &out->cert,
			&out->chain))
		err = ERR_PKI_PARSE;
out:
	PKCS12_free(p12);
	return err ? pki_fail(err) : ERR_OK;
}

static enum err
copy_key(EVP_PKEY **out, EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int n = i2d_PrivateKey(key, &der);
	const unsigned char *p = der;

	if (n <= 0)
		return pki_fail(ERR_PKI_PARSE);
	*out = d2i_AutoPrivateKey(NULL, &p, n);
	OPENSSL_clear_free(der, (size_t)n);
	return *out != NULL ? ERR_OK : pki_fail(ERR_PKI_PARSE);
}

static enum err
copy_cert(X509 **out, X509 *cert)
{
	unsigned char *der = NULL;
	int n = i2d_X509(cert, &der);
	const unsigned char *p = der;

	if (n <= 0)
		return pki_fail(ERR_PKI_PARSE);
	*out = d2i_X509(NULL, &p, n);
	OPENSSL_free(der);
	return *out != NULL ? ERR_OK : pki_fail(ERR_PKI_PARSE);
}

static enum err
copy_chain(STACK_OF(X509) **out, const STACK_OF(X509) *chain)
{
	enum err err = ERR_OK;
	int i;

	*out = sk_X509_new_null();
	if (*out == NULL)
		return pki_fail(ERR_NOMEM);
	for (i = 0; i < sk_X509_num(chain) && !err; i++) {
		X509 *copy;

		err = copy_cert(&copy, sk_X509_value(chain, i));
		if (!err && sk_X509_push(*out, copy) <= 0) {
			X509_free(copy);
			err = pki_fail(ERR_NOMEM);
		}
	}
	return err;
}

static enum err
copy_parts(struct parts *out, const struct parts *from)
{
	enum err err = ERR_OK;

	if (from->key != NULL)
		err = copy_key(&out->key, from->key);
	if (!err && from->cert != NULL)
		err = copy_cert(&out->cert, from->cert);
	if (!err)
		err = copy_chain(&out->chain, from->chain);
	if (err)
		parts_fini(out);
	return err;
}

static enum err
parse_legacy(struct parts *out, const struct pki_der *der, const char *pass)
{
	OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new();
	OSSL_PROVIDER *modern = NULL, *legacy = NULL;
	struct parts theirs = { NULL, NULL, NULL };
	enum err err = ERR_PKI_PARSE;

	if (ctx == NULL)
		return pki_fail(ERR_NOMEM);
	modern = OSSL_PROVIDER_load(ctx, "default");
	legacy = OSSL_PROVIDER_load(ctx, "legacy");
	if (modern != NULL && legacy != NULL) {
		err = parse_in(&theirs, ctx, der, pass);
		if (!err)
			err = copy_parts(out, &theirs);
	}
	parts_fini(&theirs);
	if (legacy != NULL)
		OSSL_PROVIDER_unload(legacy);
	if (modern != NULL)
		OSSL_PROVIDER_unload(modern);
	OSSL_LIB_CTX_free(ctx);
	return err ? pki_fail(err) : ERR_OK;
}

/* Without a localKeyID the parser leaves the leaf among the others. */
static void
find_leaf(struct parts *p)
{
	int i;

	for (i = 0; i < sk_X509_num(p->chain) && p->cert == NULL; i++)
		if (!pki_key_matches(p->key, sk_X509_value(p->chain, i)))
			p->cert = sk_X509_delete(p->chain, i);
}

/* What a trustpoint needs: a key and its certificate. */
static enum err
settle(struct parts *p)
{
	if (p->key == NULL)
		return ERR_PKI_NO_KEY;
	if (p->chain == NULL)
		p->chain = sk_X509_new_null();
	if (p->chain == NULL)
		return pki_fail(ERR_NOMEM);
	if (p->cert == NULL)
		find_leaf(p);
	if (p->cert == NULL)
		return sk_X509_num(p->chain) == 0 ? ERR_PKI_NO_CERT
						  : ERR_PKI_MISMATCH;
	return pki_key_matches(p->key, p->cert);
}

enum err
pki_p12_read(struct str text, const char *pass, EVP_PKEY **key, X509 **cert,
    STACK_OF(X509) **chain)
{
	static const char *const labels[] = { "PKCS12", NULL };
	struct parts p = { NULL, NULL, NULL };
	struct pki_der der;
	enum err err = pki_text_der(&der, text, labels);

	if (err)
		return err;
	err = parse_in(&p, NULL, &der, pass);
	if (err == ERR_PKI_PARSE)
		err = parse_legacy(&p, &der, pass);
	pki_der_fini(&der);
	if (!err)
		err = settle(&p);
	ERR_clear_error();
	if (err) {
		parts_fini(&p);
		return err;
	}
	*key = p.key;
	*cert = p.cert;
	*chain = p.chain;
	return ERR_OK;
}

enum err
pki_p12_write(struct buf *out, const char *pass, const char *name,
    EVP_PKEY *key, X509 *cert, STACK_OF(X509) *chain)
{
	enum err err = pki_key_matches(key, cert);
	unsigned char *der = NULL;
	PKCS12 *p12;
	int n;

	if (err)
		return err;
	if (pass[0] == '\0')
		return ERR_PKI_PASSPHRASE;
	p12 = PKCS12_create(pass, name, key, cert, chain, NID_aes_256_cbc,
	    NID_aes_256_cbc, ITERATIONS, ITERATIONS, 0);
	if (p12 == NULL)
		return pki_fail(ERR_SYSTEM);
	n = i2d_PKCS12(p12, &der);
	PKCS12_free(p12);
	if (n <= 0)
		return pki_fail(ERR_NOMEM);
	err = pki_text_base64(out, der, (size_t)n);
	OPENSSL_free(der);
	return err;
}
