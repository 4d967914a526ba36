/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the crypto commands share; nobody else includes it. */
#ifndef CONTROL_CRYPTO_COMMON_H
#define CONTROL_CRYPTO_COMMON_H

#include "control/crypto.h"
#include "control/dialogue.h"

#include <jansson.h>

#define CRYPTO_DEFAULT_RSA "<Default-RSA-Key>"

struct pki_store *crypto_store(void);
/* Tell the owner; by trustpoint, or all that use a key pair. */
void crypto_changed(const char *trustpoint);
void crypto_key_changed(const struct conf *c, const char *label);
void crypto_forget(struct conf_session *s, const void *object);

/* The trustpoint, or NULL after an error was printed. */
struct conf_trustpoint *crypto_trustpoint(struct conf_session *s,
    const char *name);
/* The label that it uses: "keypair", else the default RSA key's. */
const char *crypto_label(const struct conf_trustpoint *tp);
/* Its key pair; an error that names the command to type is printed. */
enum err crypto_key(struct conf_session *s, const struct conf_trustpoint *tp,
    EVP_PKEY **out) ERR_CHECK;
/* What it holds; an error is printed. */
enum err crypto_material(struct conf_session *s, const char *trustpoint,
    struct pki_material *out) ERR_CHECK;
/* Put it and tell; an error is printed. Refused when the trustpoint was
   removed meanwhile. */
enum err crypto_install(struct conf_session *s, const char *trustpoint,
    const struct pki_material *m) ERR_CHECK;
/* The CA certificate of the material, or NULL. */
X509 *crypto_ca(const struct pki_material *m);

/* hostname.domain-name, mem_free; NULL: no domain, or no memory. */
char *crypto_system_fqdn(const struct conf *c);
/* What certificates of the trustpoint carry, mem_free; NULL: none. */
char *crypto_fqdn(const struct conf *c, const struct conf_trustpoint *tp);
/* "% The fully-qualified domain name in the certificate will be: ..." */
void crypto_say_fqdn(struct buf *out, const char *fqdn);

/* A document as the answer of a show command; takes doc. */
enum err crypto_answer_json(struct conf_session *s, json_t *doc) ERR_CHECK;

/* Start the command's dialogue; all print their own errors. */
struct crypto_how {
	bool unattended;        /* noconfirm, nointeractive */
	const char *passphrase; /* or NULL */
	const char *fingerprint; /* hex digits alone; or NULL */
};
enum err crypto_authenticate(struct conf_session *s, const char *name,
    const struct crypto_how *how) ERR_CHECK;
enum err crypto_enroll(struct conf_session *s, const char *name,
    const struct crypto_how *how) ERR_CHECK;
enum err crypto_import_certificate(struct conf_session *s, const char *name,
    const struct crypto_how *how) ERR_CHECK;
enum err crypto_import_p12(struct conf_session *s, const char *name,
    const struct crypto_how *how) ERR_CHECK;
enum err crypto_export_p12(struct conf_session *s, const char *name,
    const struct crypto_how *how) ERR_CHECK;
enum crypto_export { CRYPTO_EXPORT_IDENTITY, CRYPTO_EXPORT_CA };
enum err crypto_export_pem(struct conf_session *s, const char *name,
    enum crypto_export what) ERR_CHECK;

/* Each file's rows. */
void cmd_crypto_key_register(void);
void cmd_crypto_ca_register(void);
void crypto_chain_register(void);
void show_crypto_register(void);

#endif
