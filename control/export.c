/* SPDX-License-Identifier: BSD-2-Clause */
/* crypto ca export (asa.md 1.8): certificates, and identities under a
   passphrase. A key never leaves without one. */
#include "config.h"

#include "control/crypto_common.h"

#include "base/log.h"
#include "base/mem.h"

#include <string.h>

enum { P12_MOST = 1 << 20 };

enum err
crypto_export_pem(struct conf_session *s, const char *name,
    enum crypto_export what)
{
	static const char *const words[] = {
		[CRYPTO_EXPORT_IDENTITY] = "identity",
		[CRYPTO_EXPORT_CA] = "CA",
	};
	struct buf *out = conf_session_out(s);
	struct pki_material m = { 0 };
	enum err err = ERR_OK;
	X509 *cert;

	if (crypto_trustpoint(s, name) == NULL ||
	    crypto_material(s, name, &m) != ERR_OK)
		return ERR_OK;
	cert = what == CRYPTO_EXPORT_CA ? crypto_ca(&m) : m.identity;
	if (cert == NULL) {
		conf_session_error(s, "Trustpoint %s has no %s certificate. "
		    "crypto ca %s %s", name, words[what],
		    what == CRYPTO_EXPORT_CA ? "authenticate" : "enroll", name);
	} else {
		buf_printf(out, "The PEM encoded %s certificate follows:\n",
		    words[what]);
		err = pki_cert_pem(out, cert);
	}
	pki_material_fini(&m);
	return err;
}

static enum err
print_p12(struct conf_session *s, const char *name, const char *passphrase,
    EVP_PKEY *key, struct pki_material *m)
{
	struct buf p12, *out = conf_session_out(s);
	struct str text;
	enum err err;

	buf_init(&p12, P12_MOST);
	err = pki_p12_write(&p12, passphrase, name, key, m->identity, m->ca);
	text = str_trim(buf_str(&p12));
	if (!err)
		err = buf_printf(out, "Exported pkcs12 follows:\n"
		    "-----BEGIN PKCS12-----\n%.*s\n-----END PKCS12-----\n",
		    STR_FMT(text));
	buf_fini(&p12);
	return err;
}

enum err
crypto_export_p12(struct conf_session *s, const char *name,
    const struct crypto_how *how)
{
	const struct conf_trustpoint *tp = crypto_trustpoint(s, name);
	struct pki_material m = { 0 };
	EVP_PKEY *key = NULL;
	enum err err;

	if (tp == NULL || crypto_material(s, name, &m) != ERR_OK)
		return ERR_OK;
	if (m.identity == NULL) {
		conf_session_error(s, "Trustpoint %s has no identity "
		    "certificate. crypto ca enroll %s", name, name);
	} else if (crypto_key(s, tp, &key) == ERR_OK) {
		err = print_p12(s, name, how->passphrase, key, &m);
		if (err)
			conf_session_error(s, "PKCS12 export failed for "
			    "trustpoint %s: %s", name, err_text(err));
		else
			log_p12_exported(name);
	}
	EVP_PKEY_free(key);
	pki_material_fini(&m);
	return ERR_OK;
}
