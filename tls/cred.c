/* SPDX-License-Identifier: BSD-2-Clause */
/* Our identities: see cred.h. */
#include "tls/cred.h"

#include "base/log.h"
#include "base/mem.h"
#include "tls/error.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

enum { MOST_CERTS = 16 };

/* A key with a passphrase is refused; nobody is there to be asked. */
static int
no_passphrase(char *dst, int size, int writing, void *arg)
{
	return -1;
}

static BIO *
bio_of(struct str s)
{
	return BIO_new_mem_buf(s.n != 0 ? s.p : "", (int)s.n);
}

static enum err
read_cert(X509 **out, struct str pem)
{
	BIO *bio = bio_of(pem);

	if (bio == NULL)
		return ERR_NOMEM;
	*out = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	return *out != NULL ? ERR_OK : ERR_PKI_PARSE;
}

static enum err
read_key(EVP_PKEY **out, struct str pem)
{
	BIO *bio = bio_of(pem);

	if (bio == NULL)
		return ERR_NOMEM;
	*out = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	return *out != NULL ? ERR_OK : ERR_PKI_PARSE;
}

static enum err
read_pool(STACK_OF(X509) **out, struct str pem)
{
	STACK_OF(X509) *pool = sk_X509_new_null();
	BIO *bio = bio_of(pem);
	enum err err = ERR_NOMEM;
	X509 *x = NULL;

	if (pool == NULL || bio == NULL)
		goto out;
	ERR_clear_error();
	while ((x = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL)
		if (sk_X509_num(pool) >= MOST_CERTS ||
		    !sk_X509_push(pool, x)) {
			X509_free(x);
			err = ERR_FULL;
			goto out;
		}
	err = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
	    ? ERR_OK : ERR_PKI_PARSE;
	if (err == ERR_OK) {
		*out = pool;
		pool = NULL;
	}
out:
	BIO_free(bio);
	sk_X509_pop_free(pool, X509_free);
	return err;
}

static bool
issued(X509 *issuer, X509 *x)
{
	return X509_check_issued(issuer, x) == X509_V_OK &&
	    X509_verify(x, X509_get0_pubkey(issuer)) == 1;
}

/* Order what belongs between the certificate and its root. */
static enum err
build_chain(struct tls_cred *c, STACK_OF(X509) *pool)
{
	X509 *at = c->cert;
	int i, depth;

	c->chain = sk_X509_new_null();
	if (c->chain == NULL)
		return ERR_NOMEM;
	c->rooted = issued(at, at);
	for (depth = 0; !c->rooted && depth < MOST_CERTS; depth++) {
		X509 *next = NULL;

		for (i = 0; i < sk_X509_num(pool) && next == NULL; i++)
			if (issued(sk_X509_value(pool, i), at))
				next = sk_X509_value(pool, i);
		if (next == NULL)
			break;
		if (issued(next, next)) {
			c->rooted = true;
			break;
		}
		if (!sk_X509_push(c->chain, next))
			return ERR_NOMEM;
		X509_up_ref(next);
		at = next;
	}
	return ERR_OK;
}

enum err
tls_cred_new(struct tls_cred **out, const char *name, struct str cert_pem,
    struct str key_pem, struct str chain_pem)
{
	struct tls_cred *c = mem_new(struct tls_cred);
	STACK_OF(X509) *pool = NULL;
	enum err err = ERR_NOMEM;

	if (c == NULL)
		return ERR_NOMEM;
	c->refs = 1;
	c->name = mem_strdup(name);
	if (c->name != NULL)
		err = read_cert(&c->cert, cert_pem);
	if (!err)
		err = read_key(&c->key, key_pem);
	if (!err && X509_check_private_key(c->cert, c->key) != 1)
		err = ERR_PKI_MISMATCH;
	if (!err)
		err = read_pool(&pool, chain_pem);
	if (!err)
		err = build_chain(c, pool);
	sk_X509_pop_free(pool, X509_free);
	ERR_clear_error();
	if (err)
		tls_cred_unref(c);
	else
		*out = c;
	return err;
}

struct tls_cred *
tls_cred_ref(struct tls_cred *c)
{
	if (c != NULL)
		c->refs++;
	return c;
}

void
tls_cred_unref(struct tls_cred *c)
{
	if (c == NULL || --c->refs != 0)
		return;
	X509_free(c->cert);
	EVP_PKEY_free(c->key);
	sk_X509_pop_free(c->chain, X509_free);
	mem_free(c->name);
	mem_free(c);
}

enum err
tls_cred_use(const struct tls_cred *c, SSL *ssl)
{
	char why[200];

	ERR_clear_error();
	if (SSL_use_cert_and_key(ssl, c->cert, c->key, c->chain, 1) == 1)
		return ERR_OK;
	log_trouble(c->name, tls_error_drain(why, sizeof(why)));
	return ERR_CERT_OWN;
}
