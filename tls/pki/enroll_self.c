/* SPDX-License-Identifier: BSD-2-Clause */
/* 'enrollment self': an identity that a partner pins (seed 3, 4, 9). */
#include "base/mem.h"
#include "tls/pki/request.h"
#include "tls/pki/text.h"

#include <openssl/rand.h>
#include <time.h>

enum {
	LIFE_DAYS = 3652,      /* ten years */
	CLOCK_TOLERANCE = -300 /* seconds a partner's clock may be behind */
};

static enum err
set_serial(X509 *c)
{
	uint64_t n = 0;

	if (RAND_bytes((unsigned char *)&n, sizeof(n)) != 1)
		return pki_fail(ERR_SYSTEM);
	n &= INT64_MAX; /* the top bit would make it negative */
	if (!ASN1_INTEGER_set_uint64(
		X509_get_serialNumber(c), n != 0 ? n : 1))
		return pki_fail(ERR_NOMEM);
	return ERR_OK;
}

static enum err
add_basic(X509 *c)
{
	BASIC_CONSTRAINTS *basic = BASIC_CONSTRAINTS_new();
	enum err err = ERR_NOMEM;

	if (basic != NULL && X509_add1_ext_i2d(c, NID_basic_constraints, basic,
				 1, X509V3_ADD_DEFAULT) == 1)
		err = ERR_OK;
	BASIC_CONSTRAINTS_free(basic);
	return err ? pki_fail(err) : ERR_OK;
}

static enum err
add_key_id(X509 *c)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	enum err err = ERR_NOMEM;
	unsigned n;

	if (id != NULL && X509_pubkey_digest(c, EVP_sha1(), hash, &n) &&
	    ASN1_OCTET_STRING_set(id, hash, (int)n) &&
	    X509_add1_ext_i2d(c, NID_subject_key_identifier, id, 0,
		X509V3_ADD_DEFAULT) == 1)
		err = ERR_OK;
	ASN1_OCTET_STRING_free(id);
	return err ? pki_fail(err) : ERR_OK;
}

static enum err
add_extensions(X509 *c, const struct pki_request *r, const X509_NAME *name)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	enum err err = add_basic(c);
	int i;

	if (!err)
		err = pki_request_extensions(&exts, r, name, PKI_SAN_ALL);
	for (i = 0; i < sk_X509_EXTENSION_num(exts) && !err; i++)
		if (!X509_add_ext(c, sk_X509_EXTENSION_value(exts, i), -1))
			err = pki_fail(ERR_NOMEM);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	return err ? err : add_key_id(c);
}

static enum err
fill(X509 *c, const struct pki_request *r, X509_NAME *name)
{
	time_t now = time(NULL);
	enum err err;

	if (!X509_set_version(c, X509_VERSION_3) ||
	    !X509_set_subject_name(c, name) || !X509_set_issuer_name(c, name) ||
	    !X509_set_pubkey(c, r->key) ||
	    !X509_time_adj_ex(
		X509_getm_notBefore(c), 0, CLOCK_TOLERANCE, &now) ||
	    !X509_time_adj_ex(X509_getm_notAfter(c), LIFE_DAYS, 0, &now))
		return pki_fail(ERR_NOMEM);
	err = set_serial(c);
	if (!err)
		err = add_extensions(c, r, name);
	if (!err && X509_sign(c, r->key, EVP_sha256()) <= 0)
		err = pki_fail(ERR_SYSTEM);
	return err;
}

enum err
pki_self_sign(X509 **out, const struct pki_request *r)
{
	X509_NAME *name = NULL;
	enum err err = pki_request_name(&name, r);
	X509 *c;

	if (err)
		return err;
	c = X509_new();
	err = c == NULL ? pki_fail(ERR_NOMEM) : fill(c, r, name);
	X509_NAME_free(name);
	if (err)
		X509_free(c);
	else
		*out = c;
	return err;
}
