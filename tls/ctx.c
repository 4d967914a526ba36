/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SSL_CTX of parties and fronts: see ctx.h. OpenSSL's level 2 stays in force
 * for what the wire does; the strength of a peer's chain is the verdict's
 * (OpenSSL does not look at it where cert_verify_callback is set).
 */
#include "tls/ctx.h"

#include "base/mem.h"
#include "tls/admit.h"
#include "tls/error.h"
#include "tls/hello.h"
#include "tls/ticket.h"

#include <openssl/evp.h>
#include <string.h>

enum { SESSIONS = 8, MOST_CERTS = 100 * 1024, LEVEL = 2 };

/* Forward secrecy first; the plain RSA suites are what Lync is left with. */
static const char default_ciphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:"
    "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:"
    "ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:"
    "AES128-GCM-SHA256:AES256-GCM-SHA384:"
    "AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA";
static const char legacy_ciphers[] = "DEFAULT:@SECLEVEL=0";
static const char never_ciphers[] = ":!NULL:!aNULL:!eNULL";

/* party->impl */
struct dialler {
	SSL_CTX *ctx;
	struct {
		struct addr to;
		SSL_SESSION *session;
	} kept[SESSIONS];
	unsigned next;
};

static int shake_index = -1;

struct tls_shake *
tls_shake_of(const SSL *ssl)
{
	return SSL_get_ex_data(ssl, shake_index);
}

enum err
tls_shake_attach(struct tls_shake *s, SSL *ssl)
{
	return SSL_set_ex_data(ssl, shake_index, s) == 1 ? ERR_OK : ERR_NOMEM;
}

const char *
tls_shake_type(const struct tls_shake *s)
{
	return s->role == TLS_PEER_IS_CLIENT ? "client" : "server";
}

/* --- terms --- */

void
tls_terms_init(struct tls_terms *t)
{
	*t = (struct tls_terms){ .min = 0 };
}

static void
add_ciphers(struct tls_terms *t, const char *list)
{
	size_t at = strlen(t->ciphers);

	if (strstr(t->ciphers, list) != NULL ||
	    at + strlen(list) + 2 > sizeof(t->ciphers))
		return;
	snprintf(t->ciphers + at, sizeof(t->ciphers) - at, "%s%s",
	    at != 0 ? ":" : "", list);
}

void
tls_terms_add(struct tls_terms *t, const struct tls_policy *p)
{
	int min = p->min_version, max = p->max_version;

	if (min == 0)
		min = p->legacy ? TLS1_VERSION : TLS1_2_VERSION;
	if (max == 0)
		max = TLS1_3_VERSION;
	if (t->min == 0 || min < t->min)
		t->min = min;
	if (max > t->max)
		t->max = max;
	if (p->legacy)
		t->legacy = true;
	if (p->ciphers != NULL)
		add_ciphers(t, p->ciphers);
	else
		add_ciphers(t, p->legacy ? legacy_ciphers : default_ciphers);
}

enum err
tls_terms_apply(const struct tls_terms *t, SSL *ssl)
{
	char list[sizeof(t->ciphers) + sizeof(never_ciphers)];

	snprintf(list, sizeof(list), "%s%s",
	    t->ciphers[0] != '\0' ? t->ciphers : default_ciphers,
	    never_ciphers);
	SSL_set_security_level(ssl, t->legacy ? 0 : LEVEL);
	if (t->legacy)
		SSL_set_options(ssl, SSL_OP_LEGACY_SERVER_CONNECT |
			SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS);
	if (SSL_set_min_proto_version(
		ssl, t->min != 0 ? t->min : TLS1_2_VERSION) != 1 ||
	    SSL_set_max_proto_version(ssl, t->max) != 1 ||
	    SSL_set_cipher_list(ssl, list) != 1) {
		ERR_clear_error();
		return ERR_CONF_VALUE;
	}
	return ERR_OK;
}

/* --- what both kinds share --- */

static SSL_CTX *
new_ctx(const SSL_METHOD *method)
{
	SSL_CTX *ctx = SSL_CTX_new(method);

	if (shake_index < 0)
		shake_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	if (ctx == NULL || shake_index < 0) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	SSL_CTX_set_security_level(ctx, LEVEL);
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION |
		SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
		SSL_OP_PRIORITIZE_CHACHA);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS |
		SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* A flood of KeyUpdates then costs one wake-up each, like data. */
	SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_max_cert_list(ctx, MOST_CERTS);
	SSL_CTX_set_cert_verify_callback(ctx, tls_admit_on_verify, NULL);
	SSL_CTX_set_verify(
	    ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_max_early_data(ctx, 0);
	SSL_CTX_set_recv_max_early_data(ctx, 0);
	return ctx;
}

/* --- dialling --- */

static void
drop(struct dialler *d)
{
	size_t i;

	for (i = 0; i < SESSIONS; i++) {
		SSL_SESSION_free(d->kept[i].session);
		d->kept[i].session = NULL;
	}
}

static int
on_new_session(SSL *ssl, SSL_SESSION *session)
{
	struct tls_shake *s = tls_shake_of(ssl);
	struct dialler *d;
	size_t i;

	if (s == NULL || s->party == NULL || s->party->impl == NULL)
		return 0;
	d = s->party->impl;
	for (i = 0; i < SESSIONS; i++)
		if (d->kept[i].session != NULL &&
		    addr_equal(&d->kept[i].to, &s->remote))
			break;
	if (i == SESSIONS)
		i = d->next++ % SESSIONS;
	SSL_SESSION_free(d->kept[i].session);
	d->kept[i].session = session;
	d->kept[i].to = s->remote;
	return 1; /* the reference is ours now */
}

enum err
tls_party_prepare(struct tls_party *p)
{
	struct dialler *d = mem_new(struct dialler);
	struct tls_terms t;
	SSL *probe;
	enum err err = ERR_NOMEM;

	if (d == NULL || (d->ctx = new_ctx(TLS_client_method())) == NULL)
		goto out;
	SSL_CTX_set_session_cache_mode(d->ctx,
	    SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(d->ctx, on_new_session);
	/* Ask now whether OpenSSL takes the configured list. */
	probe = SSL_new(d->ctx);
	if (probe == NULL)
		goto out;
	tls_terms_init(&t);
	tls_terms_add(&t, &p->policy);
	err = tls_terms_apply(&t, probe);
	SSL_free(probe);
	if (err)
		goto out;
	p->impl = d;
	d = NULL;
out:
	if (d != NULL)
		SSL_CTX_free(d->ctx);
	mem_free(d);
	ERR_clear_error();
	return err;
}

void
tls_party_fini(struct tls_party *p)
{
	struct dialler *d = p->impl;

	if (d != NULL) {
		drop(d);
		SSL_CTX_free(d->ctx);
		mem_free(d);
	}
	tls_policy_fini(&p->policy);
	tls_cred_unref(p->server);
	tls_cred_unref(p->client);
	mem_free(p->sources);
	p->impl = NULL;
	p->server = p->client = NULL;
	p->sources = NULL;
	p->n_sources = 0;
}

void
tls_ctx_forget(struct tls_party *p)
{
	if (p->impl != NULL)
		drop(p->impl);
}

static void
offer_session(SSL *ssl, struct dialler *d, const struct addr *to)
{
	size_t i;

	for (i = 0; i < SESSIONS; i++)
		if (d->kept[i].session != NULL &&
		    addr_equal(&d->kept[i].to, to) &&
		    SSL_SESSION_is_resumable(d->kept[i].session))
			SSL_set_session(ssl, d->kept[i].session);
}

enum err
tls_ctx_dial(SSL **out, struct tls_shake *s)
{
	struct dialler *d = s->party->impl;
	const char *sni = s->party->sni;
	struct tls_terms t;
	struct addr ip;
	enum err err = ERR_NOMEM;
	SSL *ssl;

	if (d == NULL || s->party->client == NULL)
		return ERR_CERT_OWN;
	ssl = SSL_new(d->ctx);
	if (ssl == NULL)
		goto out;
	tls_terms_init(&t);
	tls_terms_add(&t, &s->party->policy);
	err = tls_shake_attach(s, ssl);
	if (!err)
		err = tls_terms_apply(&t, ssl);
	if (!err)
		err = tls_cred_use(s->party->client, ssl);
	if (!err && sni != NULL && addr_parse(&ip, str_of(sni), 0) != ERR_OK &&
	    SSL_set_tlsext_host_name(ssl, sni) != 1)
		err = ERR_NOMEM;
	if (err)
		goto out;
	offer_session(ssl, d, &s->remote);
	SSL_set_connect_state(ssl);
	*out = ssl;
	ssl = NULL;
out:
	SSL_free(ssl);
	ERR_clear_error();
	return err;
}

/* A party's own list, asked of OpenSSL each time that it differs from ours. */
bool
tls_ctx_allows(const struct tls_party *p, const SSL_CIPHER *c)
{
	struct dialler *d = p->impl;
	struct tls_terms t;
	bool found = false;
	SSL *ssl;

	if (p->policy.ciphers == NULL || c == NULL ||
	    SSL_CIPHER_get_kx_nid(c) == NID_kx_any)
		return true;
	ssl = d != NULL ? SSL_new(d->ctx) : NULL;
	tls_terms_init(&t);
	tls_terms_add(&t, &p->policy);
	if (ssl != NULL && tls_terms_apply(&t, ssl) == ERR_OK)
		found = sk_SSL_CIPHER_find(SSL_get_ciphers(ssl),
			    (SSL_CIPHER *)c) >= 0;
	SSL_free(ssl);
	return found;
}

/* --- accepting --- */

enum err
tls_front_prepare(struct tls_front *f)
{
	unsigned char id[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	SSL_CTX *ctx = new_ctx(TLS_server_method());

	if (ctx == NULL ||
	    EVP_Digest(f->name, strlen(f->name), id, &n, EVP_sha256(), NULL) !=
		1 ||
	    SSL_CTX_set_session_id_context(ctx, id, n) != 1) {
		SSL_CTX_free(ctx);
		ERR_clear_error();
		return ERR_NOMEM;
	}
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_client_hello_cb(ctx, tls_hello_on_client, NULL);
	tls_ticket_enable(ctx, f->tickets);
	f->impl = ctx;
	return ERR_OK;
}

void
tls_front_fini(struct tls_front *f)
{
	SSL_CTX_free(f->impl);
	tls_cred_unref(f->fallback);
	mem_free(f->parties);
	f->impl = NULL;
	f->fallback = NULL;
	f->parties = NULL;
	f->n_parties = 0;
}

enum err
tls_ctx_accept(SSL **out, struct tls_shake *s)
{
	SSL *ssl = SSL_new(s->front->impl);
	enum err err = ERR_NOMEM;

	if (ssl != NULL)
		err = tls_shake_attach(s, ssl);
	if (err) {
		SSL_free(ssl);
		return err;
	}
	SSL_set_accept_state(ssl);
	*out = ssl;
	return ERR_OK;
}
