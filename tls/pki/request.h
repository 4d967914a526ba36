/* SPDX-License-Identifier: BSD-2-Clause */
/* What a self-signed certificate and a request have in common. */
#ifndef TLS_PKI_REQUEST_H
#define TLS_PKI_REQUEST_H

#include "base/err.h"
#include "tls/pki/pki.h"

#include <openssl/x509v3.h>

/*
 * The subject: the configured one (or CN = fqdn or ip without one), then one
 * multi-valued RDN with address, FQDN and serial number as far as given.
 */
enum err pki_request_name(X509_NAME **out, const struct pki_request *r)
    ERR_CHECK;

/* Which names the SAN repeats. */
enum pki_san {
	PKI_SAN_ASKED, /* the FQDN and e-mail address asked for, as the ASA */
	PKI_SAN_ALL    /* also the CN and the address, so that modern verifiers
	                  pass (seed 4) */
};

/*
 * Key usage by the type of key, both extended key usages, the SAN: added to
 * *out, which the caller frees also after a failure.
 */
enum err pki_request_extensions(STACK_OF(X509_EXTENSION) **out,
    const struct pki_request *r, const X509_NAME *subject, enum pki_san san)
    ERR_CHECK;

#endif
