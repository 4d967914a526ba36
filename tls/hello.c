/* SPDX-License-Identifier: BSD-2-Clause */
/* Choices at the ClientHello: see hello.h. */
#include "tls/hello.h"

#include "base/log.h"
#include "tls/admit.h"
#include "tls/error.h"
#include "tls/name.h"

#include <openssl/tls1.h>
#include <stdio.h>

static size_t
number16(struct str s, size_t at)
{
	return (size_t)(unsigned char)s.p[at] << 8 |
	    (size_t)(unsigned char)s.p[at + 1];
}

/* RFC 6066 3: list length, then type 0, name length, name. */
struct str
tls_hello_sni(struct str e)
{
	size_t n;

	if (e.n < 5 || number16(e, 0) != e.n - 2 || e.p[2] != 0)
		return STR_EMPTY;
	n = number16(e, 3);
	if (n == 0 || n > e.n - 5 || n > 255)
		return STR_EMPTY;
	return str_sub(e, 5, n);
}

static struct str
sni_of(SSL *ssl)
{
	const unsigned char *p;
	size_t n;

	if (SSL_client_hello_get0_ext(
		ssl, TLSEXT_TYPE_server_name, &p, &n) != 1)
		return STR_EMPTY;
	return tls_hello_sni((struct str){ (const char *)p, n });
}

static bool
cred_is(const struct tls_cred *c, const char *sni)
{
	struct tls_names names;
	bool is;

	if (c == NULL || sni[0] == '\0')
		return false;
	is = tls_names_init(&names, c->cert) == ERR_OK &&
	    (tls_names_cover(
		 &names, sni, TLS_SAN_OR_CN, TLS_WILDCARD_LEFTMOST) ||
		tls_names_cover(&names, sni, TLS_CN, TLS_WILDCARD_LEFTMOST));
	tls_names_fini(&names);
	return is;
}

enum from { FROM_SOURCE, FROM_ANYWHERE };

/* First server identity of the candidates; one named by SNI goes before. */
static const struct tls_cred *
choose_among(struct tls_shake *s, const char *sni, enum from from)
{
	const struct tls_cred *first = NULL;
	size_t i;

	for (i = 0; i < s->front->n_parties; i++) {
		const struct tls_party *p = s->front->parties[i];

		if (p->server == NULL || (from == FROM_SOURCE &&
		    !tls_admit_is_source(p, &s->remote)))
			continue;
		if (cred_is(p->server, sni))
			return p->server;
		if (first == NULL)
			first = p->server;
	}
	return first;
}

static const struct tls_cred *
choose(struct tls_shake *s, const char *sni)
{
	const struct tls_cred *fallback = s->front->fallback;
	const struct tls_cred *c = choose_among(s, sni, FROM_SOURCE);

	if (c != NULL)
		return c;
	c = choose_among(s, sni, FROM_ANYWHERE);
	if (fallback == NULL || (c != NULL && cred_is(c, sni)))
		return c;
	return fallback;
}

static enum err
set_terms(struct tls_shake *s, SSL *ssl)
{
	struct tls_terms own, all;
	size_t i;

	tls_terms_init(&own);
	tls_terms_init(&all);
	for (i = 0; i < s->front->n_parties; i++) {
		const struct tls_party *p = s->front->parties[i];

		tls_terms_add(&all, &p->policy);
		if (tls_admit_is_source(p, &s->remote))
			tls_terms_add(&own, &p->policy);
	}
	return tls_terms_apply(own.min != 0 ? &own : &all, ssl);
}

int
tls_hello_on_client(SSL *ssl, int *alert, void *arg)
{
	struct tls_shake *s = tls_shake_of(ssl);
	char sni[256], src[ADDR_TEXT], dst[ADDR_TEXT];
	const struct tls_cred *c;
	enum err err;

	*alert = SSL_AD_HANDSHAKE_FAILURE;
	if (s == NULL || s->front == NULL)
		return SSL_CLIENT_HELLO_ERROR;
	str_copy(sni, sizeof(sni), sni_of(ssl));
	c = choose(s, sni);
	if (c == NULL) {
		s->why = ERR_CERT_OWN;
		snprintf(s->reason, sizeof(s->reason),
		    "interface %s has no identity to show: 'identity "
		    "trust-point NAME'", s->ifname);
		return SSL_CLIENT_HELLO_ERROR;
	}
	err = set_terms(s, ssl);
	if (!err)
		err = tls_cred_use(c, ssl);
	if (err) {
		s->why = err;
		snprintf(s->reason, sizeof(s->reason), "trust-point %.64s: %s",
		    c->name, err_text(err));
		return SSL_CLIENT_HELLO_ERROR;
	}
	log_ssl_trustpoint(c->name, tls_shake_type(s), s->ifname,
	    addr_slash(&s->remote, src), addr_slash(&s->local, dst));
	return SSL_CLIENT_HELLO_SUCCESS;
}
