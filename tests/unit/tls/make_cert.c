/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates for tests: see make_cert.h. */
#include "tests/unit/tls/make_cert.h"

#include "base/mem.h"

#include <assert.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static long serial = 1000;

static void
extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;

	if (value == NULL)
		return;
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert(e != NULL);
	assert(X509_add_ext(x, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static void
name_it(X509 *x, const struct make_cert *s)
{
	X509_NAME *n = X509_get_subject_name(x);
	size_t i;

	for (i = 0; i < countof(s->cn) && s->cn[i] != NULL; i++)
		assert(X509_NAME_add_entry_by_NID(n, NID_commonName,
			   MBSTRING_UTF8, (const unsigned char *)s->cn[i],
			   i == 0 && s->cn_len != 0 ? (int)s->cn_len : -1, -1,
			   0) == 1);
}

struct made
make_cert(const struct make_cert *s, const struct made *issuer)
{
	struct made m = { .cert = X509_new() };
	const EVP_MD *md = EVP_get_digestbyname(
	    s->digest != NULL ? s->digest : "SHA256");
	long from = s->from_days, days = s->for_days;

	if (from == 0 && days == 0) {
		from = -1;
		days = 366;
	}
	m.key = s->rsa_bits != 0 ? EVP_RSA_gen(s->rsa_bits)
				 : EVP_EC_gen("P-256");
	assert(m.cert != NULL && m.key != NULL && md != NULL);
	X509_set_version(m.cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(m.cert), serial++);
	X509_gmtime_adj(X509_getm_notBefore(m.cert), from * 86400);
	X509_gmtime_adj(X509_getm_notAfter(m.cert), (from + days) * 86400);
	X509_set_pubkey(m.cert, m.key);
	name_it(m.cert, s);
	X509_set_issuer_name(m.cert,
	    X509_get_subject_name(issuer != NULL ? issuer->cert : m.cert));
	extend(m.cert, NID_basic_constraints,
	    s->ca ? "critical,CA:TRUE" : "CA:FALSE");
	extend(m.cert, NID_subject_alt_name, s->san);
	extend(m.cert, NID_ext_key_usage, s->eku);
	extend(m.cert, NID_key_usage, s->usage);
	assert(X509_sign(m.cert, issuer != NULL ? issuer->key : m.key, md) > 0);
	return m;
}

void
made_free(struct made *m)
{
	X509_free(m->cert);
	EVP_PKEY_free(m->key);
	*m = (struct made){ .cert = NULL };
}

static char *
text_of(BIO *bio)
{
	char *p, *text;
	long n = BIO_get_mem_data(bio, &p);

	text = mem_strndup(p, (size_t)n);
	assert(text != NULL);
	BIO_free(bio);
	return text;
}

char *
made_cert_pem(const struct made *m)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert(PEM_write_bio_X509(bio, m->cert) == 1);
	return text_of(bio);
}

char *
made_key_pem(const struct made *m)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert(PEM_write_bio_PrivateKey(
		   bio, m->key, NULL, NULL, 0, NULL, NULL) == 1);
	return text_of(bio);
}

struct tls_cred *
made_cred(const struct made *m, const struct made *middle)
{
	char *cert = made_cert_pem(m), *key = made_key_pem(m);
	char *chain = middle != NULL ? made_cert_pem(middle) : mem_strdup("");
	struct tls_cred *c = NULL;
	enum err err = tls_cred_new(
	    &c, "own", str_of(cert), str_of(key), str_of(chain));

	assert(err == ERR_OK);
	mem_free(cert);
	mem_free(key);
	mem_free(chain);
	return c;
}

void
policy_anchor(struct tls_policy *p, const struct made *m, bool ca_check)
{
	assert(mem_grow(p->anchors, p->n_anchors));
	X509_up_ref(m->cert);
	p->anchors[p->n_anchors++] = (struct tls_anchor){ .cert = m->cert,
		.trustpoint = mem_strdup("tp"), .ca_check = ca_check };
}

void
policy_name(struct tls_policy *p, const char *name)
{
	assert(mem_grow(p->names, p->n_names));
	p->names[p->n_names++] = mem_strdup(name);
}
