/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which party a chain belongs to: see admit.h. A front may hold thousands of
 * parties and a stranger may send any chain, so of the parties whose sources
 * do not match only those are judged in full whose names or pins the leaf
 * carries: no other could accept it.
 */
#include "tls/admit.h"

#include "base/log.h"
#include "tls/name.h"
#include "tls/ticket.h"

#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

enum { MOST_BLAMED = 4, MOST_GUESSES = 16 };

enum fit { FIT_NONE, FIT_NAME, FIT_SOURCE };

/* One search among a front's parties. */
struct search {
	struct tls_shake *s;
	SSL *ssl;
	X509 *leaf;
	STACK_OF(X509) *untrusted;
	time_t now;
	bool resumed;
	struct tls_verdict v;        /* the newest */
	struct tls_verdict blamed[MOST_BLAMED];
	size_t n_blamed;
	enum fit fit;                /* of those blamed */
};

static tls_verdict_fn *hook;
static void *hook_arg;

void
tls_on_verdict(tls_verdict_fn *fn, void *arg)
{
	hook = fn;
	hook_arg = arg;
}

static void
report(const struct tls_verdict *v)
{
	char line[1200];

	if (v->ok) {
		snprintf(line, sizeof(line),
		    "serial number: %s, subject name: %s.", v->serial,
		    v->subject);
		log_cert_ok(line);
	} else {
		snprintf(line, sizeof(line),
		    "peer %s: %s: expected %s, seen %s. %s",
		    v->party[0] != '\0' ? v->party : "(none)",
		    tls_check_name(v->check), v->expected, v->seen, v->remedy);
		log_chain_failed(line);
	}
	if (hook != NULL)
		hook(v, hook_arg);
}

static void
refuse(struct tls_shake *s, const struct tls_verdict *v)
{
	s->why = v->err;
	snprintf(s->reason, sizeof(s->reason), "peer %s: %s check: %s",
	    v->party[0] != '\0' ? v->party : "(none)",
	    tls_check_name(v->check), err_text(v->err));
}

bool
tls_admit_is_source(const struct tls_party *p, const struct addr *a)
{
	size_t i;

	for (i = 0; i < p->n_sources; i++)
		if (addr_same_host(&p->sources[i], a))
			return true;
	return false;
}

static void
judge(struct search *q, const struct tls_party *p)
{
	const SSL_CIPHER *c = NULL;
	struct tls_negotiated n = { .version = 0 };

	q->v = (struct tls_verdict){ .resumed = q->resumed,
		.remote = q->s->remote };
	snprintf(q->v.party, sizeof(q->v.party), "%s", p->name);
	tls_verdict_judge(&q->v, &p->policy, q->s->role, q->leaf,
	    q->untrusted, q->now);
	if (q->ssl == NULL)
		return;
	c = SSL_is_init_finished(q->ssl) ? SSL_get_current_cipher(q->ssl)
					 : SSL_get_pending_cipher(q->ssl);
	n.version = SSL_version(q->ssl);
	n.version_text = SSL_get_version(q->ssl);
	n.cipher = c != NULL ? SSL_CIPHER_get_name(c) : NULL;
	n.cipher_allowed = tls_ctx_allows(p, c);
	tls_verdict_protocol(&q->v, &p->policy, &n);
}

/* Keep the verdicts that are told when nobody accepts: best fit first, then
   the furthest check, ties together. */
static void
blame(struct search *q, enum fit fit)
{
	bool better = q->n_blamed == 0 || fit > q->fit ||
	    (fit == q->fit && q->v.check > q->blamed[0].check);

	if (!better && (fit < q->fit || q->v.check < q->blamed[0].check))
		return;
	if (better)
		q->n_blamed = 0;
	q->fit = fit;
	if (q->n_blamed < MOST_BLAMED)
		q->blamed[q->n_blamed++] = q->v;
}

static bool
carries(const struct tls_names *names, const struct tls_policy *p)
{
	enum tls_wildcard wild = p->allow_wildcard ? TLS_WILDCARD_LEFTMOST
						   : TLS_WILDCARD_NEVER;
	size_t i;

	for (i = 0; i < p->n_names; i++)
		if (tls_names_cover(
			names, p->names[i], p->identity_check, wild))
			return true;
	return false;
}

static bool
pinned(const struct search *q, const struct tls_policy *p)
{
	size_t i;

	for (i = 0; i < p->n_anchors; i++)
		if (X509_cmp(p->anchors[i].cert, q->leaf) == 0)
			return true;
	return false;
}

static struct tls_party *
search_front(struct search *q)
{
	struct tls_front *f = q->s->front;
	struct tls_names names;
	struct tls_party *found = NULL;
	size_t i, guesses = 0;
	int round;

	if (tls_names_init(&names, q->leaf) != ERR_OK) {
		tls_names_fini(&names);
		return NULL;
	}
	for (round = FIT_SOURCE; round >= FIT_NONE && !found; round--)
		for (i = 0; i < f->n_parties && found == NULL; i++) {
			struct tls_party *p = f->parties[i];
			enum fit fit = FIT_NONE;

			if (tls_admit_is_source(p, &q->s->remote))
				fit = FIT_SOURCE;
			else if (carries(&names, &p->policy) ||
			    pinned(q, &p->policy))
				fit = FIT_NAME;
			if ((int)fit != round)
				continue;
			if (fit == FIT_NONE &&
			    (q->n_blamed != 0 && q->fit != FIT_NONE))
				break;
			if (fit == FIT_NONE && guesses++ == MOST_GUESSES)
				break;
			judge(q, p);
			if (q->v.ok)
				found = p;
			else
				blame(q, fit);
		}
	tls_names_fini(&names);
	return found;
}

static struct tls_party *
search_any(struct search *q)
{
	if (q->s->front != NULL)
		return search_front(q);
	judge(q, q->s->party);
	if (q->v.ok)
		return q->s->party;
	blame(q, FIT_SOURCE);
	return NULL;
}

/* A front without parties blames nobody, but still says why. */
static void
blame_nobody(struct search *q)
{
	static const struct tls_policy nothing = { .n_names = 0 };

	q->v = (struct tls_verdict){ .remote = q->s->remote };
	tls_verdict_judge(&q->v, &nothing, q->s->role, q->leaf, q->untrusted,
	    q->now);
	q->blamed[q->n_blamed++] = q->v;
}

static enum err
admit(struct search *q)
{
	struct tls_party *p = search_any(q);
	size_t i;

	if (p != NULL) {
		q->s->party = p;
		report(&q->v);
		return ERR_OK;
	}
	if (q->n_blamed == 0)
		blame_nobody(q);
	for (i = 0; i < q->n_blamed; i++)
		report(&q->blamed[i]);
	refuse(q->s, &q->blamed[0]);
	return q->s->why;
}

static int
x509_error(enum err err)
{
	switch (err) {
	case ERR_CERT_DATES: return X509_V_ERR_CERT_HAS_EXPIRED;
	case ERR_CERT_WEAK: return X509_V_ERR_EE_KEY_TOO_SMALL;
	case ERR_CERT_EKU: return X509_V_ERR_INVALID_PURPOSE;
	case ERR_CERT_NAME: return X509_V_ERR_HOSTNAME_MISMATCH;
	case ERR_CERT_REVOKED: return X509_V_ERR_CERT_REVOKED;
	case ERR_CERT_PROTOCOL: return X509_V_ERR_APPLICATION_VERIFICATION;
	case ERR_NOMEM: return X509_V_ERR_OUT_OF_MEM;
	default: return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
	}
}

int
tls_admit_on_verify(X509_STORE_CTX *store, void *arg)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
	    store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct search q = { .s = tls_shake_of(ssl), .ssl = ssl,
		.leaf = X509_STORE_CTX_get0_cert(store),
		.untrusted = X509_STORE_CTX_get0_untrusted(store),
		.now = time(NULL) };
	enum err err;

	if (q.s == NULL || q.leaf == NULL) {
		X509_STORE_CTX_set_error(store, X509_V_ERR_UNSPECIFIED);
		return 0;
	}
	err = admit(&q);
	X509_STORE_CTX_set_error(
	    store, err == ERR_OK ? X509_V_OK : x509_error(err));
	return err == ERR_OK;
}

enum err
tls_admit_resumed(struct tls_shake *s, SSL *ssl)
{
	struct search q = { .s = s, .ssl = ssl, .resumed = true,
		.leaf = SSL_get0_peer_certificate(ssl), .now = time(NULL) };
	enum err err;

	if (q.leaf == NULL) {
		tls_admit_none(s);
		return ERR_CERT_NONE;
	}
	q.untrusted = tls_ticket_chain(ssl);
	err = admit(&q);
	sk_X509_pop_free(q.untrusted, X509_free);
	return err;
}

bool
tls_admit_would(struct tls_shake *s, X509 *leaf, STACK_OF(X509) *untrusted)
{
	struct search q = { .s = s, .leaf = leaf, .untrusted = untrusted,
		.resumed = true, .now = time(NULL) };

	return search_any(&q) != NULL;
}

void
tls_admit_none(struct tls_shake *s)
{
	struct tls_verdict v = { .remote = s->remote };
	size_t i, told = 0;

	tls_verdict_none(&v, s->role, time(NULL));
	for (i = 0; s->front != NULL && i < s->front->n_parties; i++) {
		const struct tls_party *p = s->front->parties[i];

		if (told == MOST_BLAMED || !tls_admit_is_source(p, &s->remote))
			continue;
		snprintf(v.party, sizeof(v.party), "%s", p->name);
		report(&v);
		told++;
	}
	if (told == 0)
		report(&v);
	refuse(s, &v);
}

enum err
tls_admit_again(const struct tls_shake *s, SSL *ssl, struct tls_party *p)
{
	struct tls_shake copy = *s;
	struct search q = { .s = &copy, .ssl = ssl,
		.leaf = SSL_get0_peer_certificate(ssl), .now = time(NULL),
		.resumed = SSL_session_reused(ssl) };

	if (q.leaf == NULL)
		return ERR_CERT_NONE;
	q.untrusted = tls_ticket_chain(ssl);
	judge(&q, p);
	sk_X509_pop_free(q.untrusted, X509_free);
	if (!q.v.ok)
		report(&q.v);
	return q.v.err;
}
