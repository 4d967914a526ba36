/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates made in memory for tests. Failures end the test. */
#ifndef TESTS_MAKE_CERT_H
#define TESTS_MAKE_CERT_H

#include "tls/cred.h"
#include "tls/verdict.h"

struct made {
	X509 *cert;
	EVP_PKEY *key;
};

struct make_cert {
	const char *cn[3];       /* in this order, most specific last */
	size_t cn_len;           /* of cn[0]; 0: strlen */
	const char *san;         /* as in an OpenSSL configuration */
	const char *eku, *usage; /* likewise; NULL: no extension */
	bool ca;
	unsigned rsa_bits;       /* 0: P-256 */
	const char *digest;      /* NULL: SHA256 */
	long from_days, for_days; /* 0, 0: yesterday, for a year */
};

/* issuer NULL: self-signed. */
struct made make_cert(const struct make_cert *spec, const struct made *issuer);
void made_free(struct made *m);
char *made_cert_pem(const struct made *m); /* mem_free */
char *made_key_pem(const struct made *m);
struct tls_cred *made_cred(const struct made *m, const struct made *middle);
void policy_anchor(struct tls_policy *p, const struct made *m, bool ca_check);
void policy_name(struct tls_policy *p, const char *name);

#endif
