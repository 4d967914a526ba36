/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which names a certificate carries and whether one of them is the expected
 * one (RFC 5922 7.1, 7.2). Whole-label, case-insensitive; a name with a
 * trailing dot, an embedded NUL or a byte outside visible ASCII matches
 * nothing. Of several CNs only the last, most specific one counts. The CN
 * stands in only where the certificate has no subjectAltName at all.
 */
#ifndef TLS_NAME_H
#define TLS_NAME_H

#include "base/err.h"
#include "base/str.h"
#include "tls/verdict.h"

#include <openssl/x509v3.h>

struct tls_names {
	GENERAL_NAMES *san;
	bool has_san;   /* the extension is there, even if unreadable */
	bool has_uri;   /* some sip: URI without userinfo */
	char *cn;       /* most specific CN as UTF-8; NULL: none */
	size_t cn_len;
};

enum tls_wildcard { TLS_WILDCARD_NEVER, TLS_WILDCARD_LEFTMOST };

enum err tls_names_init(struct tls_names *n, X509 *cert) ERR_CHECK;
void tls_names_fini(struct tls_names *n);

bool tls_names_cover(const struct tls_names *n, const char *expected,
    enum tls_identity_check check, enum tls_wildcard wildcard);
/* "URI sip:a, DNS b, CN c": escaped, cut to size. Returns dst. */
char *tls_names_text(const struct tls_names *n, char *dst, size_t size);

/* The domain of a SIP domain identity URI; empty: the URI is none. */
struct str tls_name_of_uri(struct str uri);
/* The compare rule alone, for two host names. */
bool tls_name_match(
    struct str presented, struct str expected, enum tls_wildcard wildcard);

#endif
