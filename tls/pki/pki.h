/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys, certificates and the store on disk, without any dialogue: pure
 * operations that the shell's crypto commands are made of. Text in and out is
 * PEM; input also takes base64 without BEGIN/END, DER in base64, CRLF, BOM,
 * trailing blanks and a missing last newline (seed 6).
 */
#ifndef TLS_PKI_PKI_H
#define TLS_PKI_PKI_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

/* --- keys: tls/pki/key.c --- */
enum pki_key_type { PKI_RSA, PKI_ECDSA };
/* bits: modulus 2048/3072/4096 (1024 allowed), or curve 256/384/521. */
enum err pki_key_generate(EVP_PKEY **out, enum pki_key_type t, unsigned bits)
    ERR_CHECK;
enum err pki_key_pem(struct buf *out, EVP_PKEY *key) ERR_CHECK; /* PKCS#8 */
enum err pki_key_read(EVP_PKEY **out, struct str pem) ERR_CHECK;
/* Is the certificate for this key pair? ERR_PKI_MISMATCH. */
enum err pki_key_matches(EVP_PKEY *key, X509 *cert) ERR_CHECK;

/* --- certificates: tls/pki/cert.c --- */
enum err pki_cert_read(X509 **out, struct str text) ERR_CHECK;
enum err pki_cert_pem(struct buf *out, X509 *cert) ERR_CHECK;
/* "ae7b21b0 3019a3f3 ..." of MD5 (as the ASA) or SHA-256. */
enum err pki_fingerprint(char *dst, size_t size, X509 *c, const EVP_MD *md)
    ERR_CHECK;
/* Serial as lower-case hex. */
void pki_serial(char *dst, size_t size, const X509 *c);
bool pki_cert_is_ca(X509 *c);          /* BasicConstraints CA */
bool pki_cert_is_self_signed(X509 *c); /* by signature */
/* asa.md 1.9: the block of 'show crypto ca certificates', "Certificate" or
   "CA Certificate", with days left; tps: associated trustpoints. */
enum err pki_cert_show(struct buf *out, X509 *c, bool ca, const char *tps)
    ERR_CHECK;
/* asa.md 1.8: " certificate ca SERIAL", hex lines, "  quit". */
enum err pki_cert_hex(struct buf *out, X509 *c, bool ca) ERR_CHECK;
enum err pki_cert_from_hex(X509 **out, struct str hex) ERR_CHECK;

/* --- requests: tls/pki/enroll_self.c, enroll_terminal.c --- */
struct pki_request {
	const char *subject;     /* as configured: "CN=x,O=\"a, b\",C=US" */
	const char *fqdn;        /* NULL: none */
	const char *ip;          /* NULL: none */
	const char *email;       /* NULL: none */
	const char *serial;      /* device serial for the subject; NULL: none */
	EVP_PKEY *key;
};
/* Subject text to a name; ERR_CONF_VALUE. Any order/case of attribute. */
enum err pki_subject_parse(X509_NAME **out, const char *text) ERR_CHECK;
/* Ten years, both EKUs, KU, SAN (FQDN, and iPAddress when CN or ip is one),
   SKI (seed 4, 9). */
enum err pki_self_sign(X509 **out, const struct pki_request *r) ERR_CHECK;
/* The ASA's CSR (asa.md 1.7), as PEM; plus both EKUs requested. */
enum err pki_csr_pem(struct buf *out, const struct pki_request *r) ERR_CHECK;

/* --- PKCS#12: tls/pki/p12.c --- */
enum err pki_p12_read(struct str text, const char *pass, EVP_PKEY **key,
    X509 **cert, STACK_OF(X509) **chain) ERR_CHECK; /* ERR_PKI_PASSPHRASE */
enum err pki_p12_write(struct buf *out, const char *pass, const char *name,
    EVP_PKEY *key, X509 *cert, STACK_OF(X509) *chain) ERR_CHECK; /* base64 */

/* --- the store: tls/pki/store.c --- */
/* What a trustpoint holds; any part may be missing. */
struct pki_material {
	X509 *identity;
	STACK_OF(X509) *ca; /* the CA certificate, then its own chain */
	char *csr;               /* PEM of a request that waits; or NULL */
};
void pki_material_fini(struct pki_material *m);

/* STATE_DIR/keys/LABEL.pem and STATE_DIR/certs/NAME.pem: 0600, one file a
   label and one a trustpoint, each replaced atomically. Names are checked
   ([A-Za-z0-9._<>-], no leading dot, < 65 bytes) so that no path escapes. */
struct pki_store;
enum err pki_store_open(struct pki_store **out, const char *state_dir)
    ERR_CHECK; /* makes the folders 0700 */
void pki_store_close(struct pki_store *s);
bool pki_name_ok(const char *name);

bool pki_store_has_key(struct pki_store *s, const char *label);
enum err pki_store_get_key(struct pki_store *s, const char *label,
    EVP_PKEY **out) ERR_CHECK;       /* ERR_PKI_NO_KEY */
enum err pki_store_key_text(struct pki_store *s, const char *label,
    struct buf *out) ERR_CHECK;      /* the PEM, for the snapshot */
enum err pki_store_put_key(struct pki_store *s, const char *label,
    EVP_PKEY *key) ERR_CHECK;
enum err pki_store_drop_key(struct pki_store *s, const char *label) ERR_CHECK;
/* Call fn for each label in name order. */
enum err pki_store_each_key(struct pki_store *s,
    void (*fn)(const char *label, EVP_PKEY *key, time_t generated, void *arg),
    void *arg) ERR_CHECK;

/* A missing file gives empty material. */
enum err pki_store_get(struct pki_store *s, const char *trustpoint,
    struct pki_material *out) ERR_CHECK;
enum err pki_store_put(struct pki_store *s, const char *trustpoint,
    const struct pki_material *m) ERR_CHECK;
enum err pki_store_drop(struct pki_store *s, const char *trustpoint) ERR_CHECK;

#endif
