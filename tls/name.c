/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of a certificate, by our own rules on OpenSSL's parsers: name.h. */
#include "tls/name.h"

#include "base/mem.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MOST = 255 };

static struct str
text_of(const ASN1_STRING *s)
{
	return (struct str){ (const char *)ASN1_STRING_get0_data(s),
		(size_t)ASN1_STRING_length(s) };
}

/* Visible ASCII, of a length that a name can have, no root dot. */
static bool
usable(struct str s)
{
	size_t i;

	if (s.n == 0 || s.n > NAME_MOST || s.p[0] == '.' ||
	    s.p[s.n - 1] == '.')
		return false;
	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 ||
		    (unsigned char)s.p[i] >= 0x7f)
			return false;
	return true;
}

struct str
tls_name_of_uri(struct str uri)
{
	struct str host;
	size_t i;

	if (!str_starts_nocase(uri, "sip:"))
		return STR_EMPTY;
	host = str_from(uri, 4);
	if (str_find(host, '@', 0) >= 0 || str_find(host, '\0', 0) >= 0)
		return STR_EMPTY;
	if (host.n != 0 && host.p[0] == '[') {
		ssize_t end = str_find(host, ']', 0);

		return end < 0 ? STR_EMPTY : str_sub(host, 1, (size_t)end - 1);
	}
	for (i = 0; i < host.n; i++)
		if (strchr(":;?/", host.p[i]) != NULL)
			break;
	return str_sub(host, 0, i);
}

static bool
match_wildcard(struct str presented, struct str expected)
{
	struct str rest = str_from(presented, 1); /* ".example.com" */
	ssize_t dot = str_find(expected, '.', 0);

	/* "*.com" would cover whole registries. */
	if (str_find(rest, '.', 1) < 0 || str_find(rest, '*', 0) >= 0)
		return false;
	return dot > 0 &&
	    str_equal_nocase(rest, str_from(expected, (size_t)dot));
}

bool
tls_name_match(
    struct str presented, struct str expected, enum tls_wildcard wildcard)
{
	if (!usable(presented) || !usable(expected) ||
	    str_find(expected, '*', 0) >= 0)
		return false;
	if (presented.n > 2 && memcmp(presented.p, "*.", 2) == 0)
		return wildcard == TLS_WILDCARD_LEFTMOST &&
		    match_wildcard(presented, expected);
	return str_equal_nocase(presented, expected);
}

static enum err
find_cn(struct tls_names *n, X509 *cert)
{
	const X509_NAME *subject = X509_get_subject_name(cert);
	const ASN1_STRING *s = NULL;
	unsigned char *utf8 = NULL;
	int at = -1, len;

	while ((at = X509_NAME_get_index_by_NID(
		    subject, NID_commonName, at)) >= 0)
		s = X509_NAME_ENTRY_get_data(
		    X509_NAME_get_entry(subject, at));
	if (s == NULL || (len = ASN1_STRING_to_UTF8(&utf8, s)) < 0)
		return ERR_OK; /* one that does not decode is no name */
	n->cn = mem_strndup((const char *)utf8, (size_t)len);
	n->cn_len = (size_t)len;
	OPENSSL_free(utf8);
	return n->cn != NULL ? ERR_OK : ERR_NOMEM;
}

enum err
tls_names_init(struct tls_names *n, X509 *cert)
{
	int critical = -1, i;

	*n = (struct tls_names){ .san = NULL };
	n->san = X509_get_ext_d2i(
	    cert, NID_subject_alt_name, &critical, NULL);
	n->has_san = n->san != NULL || critical != -1;
	for (i = 0; i < sk_GENERAL_NAME_num(n->san); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(n->san, i);

		if (g->type == GEN_URI &&
		    tls_name_of_uri(
			text_of(g->d.uniformResourceIdentifier)).n != 0)
			n->has_uri = true;
	}
	return find_cn(n, cert);
}

void
tls_names_fini(struct tls_names *n)
{
	GENERAL_NAMES_free(n->san);
	mem_free(n->cn);
	*n = (struct tls_names){ .san = NULL };
}

static bool
same_ip(struct str text, const struct addr *want)
{
	struct addr a;

	return usable(text) && addr_parse(&a, text, 0) == ERR_OK &&
	    addr_same_host(&a, want);
}

static bool
ip_san_is(const ASN1_OCTET_STRING *o, const struct addr *want)
{
	struct addr a = { .len = 0 };
	struct sockaddr_in *in4 = (struct sockaddr_in *)&a.ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a.ss;
	struct str raw = text_of(o);

	if (raw.n == sizeof(in4->sin_addr)) {
		in4->sin_family = AF_INET;
		memcpy(&in4->sin_addr, raw.p, raw.n);
	} else if (raw.n == sizeof(in6->sin6_addr)) {
		in6->sin6_family = AF_INET6;
		memcpy(&in6->sin6_addr, raw.p, raw.n);
	} else {
		return false;
	}
	return addr_same_host(&a, want);
}

/* ip: the expected name as an address; NULL when it is a host name. */
static bool
san_is(const struct tls_names *n, const GENERAL_NAME *g, struct str expected,
    const struct addr *ip, enum tls_wildcard wildcard)
{
	struct str host;

	if (n->has_uri) {
		if (g->type != GEN_URI)
			return false;
		host = tls_name_of_uri(
		    text_of(g->d.uniformResourceIdentifier));
		if (ip != NULL)
			return same_ip(host, ip);
		/* RFC 5922 7.2: never a wildcard in a URI */
		return tls_name_match(host, expected, TLS_WILDCARD_NEVER);
	}
	if (g->type == GEN_IPADD)
		return ip != NULL && ip_san_is(g->d.iPAddress, ip);
	return g->type == GEN_DNS && ip == NULL &&
	    tls_name_match(text_of(g->d.dNSName), expected, wildcard);
}

bool
tls_names_cover(const struct tls_names *n, const char *expected,
    enum tls_identity_check check, enum tls_wildcard wildcard)
{
	struct str want = str_of(expected);
	struct str cn = { n->cn, n->cn_len };
	struct addr ip;
	bool is_ip = addr_parse(&ip, want, 0) == ERR_OK;
	int i;

	if (check != TLS_CN)
		for (i = 0; i < sk_GENERAL_NAME_num(n->san); i++)
			if (san_is(n, sk_GENERAL_NAME_value(n->san, i), want,
				is_ip ? &ip : NULL, wildcard))
				return true;
	if (n->cn == NULL || check == TLS_SAN ||
	    (check == TLS_SAN_OR_CN && n->has_san))
		return false;
	if (is_ip)
		return check == TLS_CN && same_ip(cn, &ip);
	return tls_name_match(cn, want, wildcard);
}

static void
append(char *dst, size_t size, const char *kind, struct str value)
{
	char text[160];
	size_t at = strlen(dst);

	if (at + 8 < size)
		snprintf(dst + at, size - at, "%s%s%s", at != 0 ? ", " : "",
		    kind, str_escape(text, sizeof(text), value));
}

char *
tls_names_text(const struct tls_names *n, char *dst, size_t size)
{
	char ip[ADDR_TEXT];
	int i;

	dst[0] = '\0';
	for (i = 0; i < sk_GENERAL_NAME_num(n->san); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(n->san, i);
		struct addr a = { .len = sizeof(a.ss) };
		struct str raw;

		if (g->type == GEN_URI)
			append(dst, size, "URI ",
			    text_of(g->d.uniformResourceIdentifier));
		if (g->type == GEN_DNS)
			append(dst, size, "DNS ", text_of(g->d.dNSName));
		if (g->type != GEN_IPADD)
			continue;
		raw = text_of(g->d.iPAddress);
		a.ss.ss_family = raw.n == 4 ? AF_INET : AF_INET6;
		if (raw.n == 4)
			memcpy(&((struct sockaddr_in *)&a.ss)->sin_addr, raw.p,
			    4);
		else if (raw.n == 16)
			memcpy(&((struct sockaddr_in6 *)&a.ss)->sin6_addr,
			    raw.p, 16);
		append(dst, size, "IP ", str_of(addr_ip(&a, ip)));
	}
	if (n->cn != NULL)
		append(dst, size, "CN ", (struct str){ n->cn, n->cn_len });
	if (dst[0] == '\0')
		snprintf(dst, size, "no name");
	return dst;
}
