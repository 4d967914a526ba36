/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 'enrollment terminal': the PKCS#10 request that is pasted into a CA's form.
 * The ASA leaves the extended key usages to the CA's template; asking for both
 * helps with a CA that copies what was asked for, and harms with none.
 */
#include "tls/pki/request.h"
#include "tls/pki/text.h"

#include <openssl/pem.h>

static enum err
fill(X509_REQ *req, const struct pki_request *r)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	X509_NAME *name = NULL;
	enum err err = pki_request_name(&name, r);

	if (!err)
		err = pki_request_extensions(&exts, r, name, PKI_SAN_ASKED);
	if (!err &&
	    (!X509_REQ_set_version(req, X509_REQ_VERSION_1) ||
		!X509_REQ_set_subject_name(req, name) ||
		!X509_REQ_set_pubkey(req, r->key) ||
		!X509_REQ_add_extensions(req, exts) ||
		X509_REQ_sign(req, r->key, EVP_sha256()) <= 0))
		err = pki_fail(ERR_SYSTEM);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	X509_NAME_free(name);
	return err;
}

enum err
pki_csr_pem(struct buf *out, const struct pki_request *r)
{
	X509_REQ *req = X509_REQ_new();
	BIO *bio = BIO_new(BIO_s_mem());
	enum err err = ERR_NOMEM;

	if (req == NULL || bio == NULL)
		goto out;
	err = fill(req, r);
	if (err)
		goto out;
	if (!PEM_write_bio_X509_REQ(bio, req)) {
		err = pki_fail(ERR_SYSTEM);
		goto out;
	}
	err = pki_bio_take(out, bio);
	bio = NULL;
out:
	BIO_free(bio);
	X509_REQ_free(req);
	return err;
}
