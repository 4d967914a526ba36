/* SPDX-License-Identifier: BSD-2-Clause */
/* Chains to a policy's own anchors: see chain.h. */
#include "tls/chain.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

char *
tls_subject_text(const X509_NAME *name, char *dst, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n;

	dst[0] = '\0';
	if (bio == NULL)
		return dst;
	if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0 &&
	    (n = BIO_get_mem_data(bio, &p)) > 0)
		str_escape(dst, size, (struct str){ p, (size_t)n });
	BIO_free(bio);
	return dst;
}

static bool
is_ca(X509 *x)
{
	return (X509_get_extension_flags(x) & EXFLAG_CA) != 0;
}

/* The anchor that is this very certificate; a pin is preferred. */
static const struct tls_anchor *
find_self(const struct tls_policy *p, X509 *leaf)
{
	const struct tls_anchor *found = NULL;
	size_t i;

	for (i = 0; i < p->n_anchors; i++) {
		if (X509_cmp(p->anchors[i].cert, leaf) != 0)
			continue;
		found = &p->anchors[i];
		if (!found->ca_check)
			return found;
	}
	return found;
}

/* Anchors that may issue: CAs, and what the operator exempts from that. */
static STACK_OF(X509) *
issuers(const struct tls_policy *p, X509 *leaf)
{
	STACK_OF(X509) *sk = sk_X509_new_null();
	size_t i;

	for (i = 0; sk != NULL && i < p->n_anchors; i++) {
		const struct tls_anchor *a = &p->anchors[i];

		if ((a->ca_check && X509_check_ca(a->cert) == 0) ||
		    X509_cmp(a->cert, leaf) == 0)
			continue;
		if (!sk_X509_push(sk, a->cert)) {
			sk_X509_free(sk);
			return NULL;
		}
	}
	return sk;
}

static void
explain(struct tls_chain *c, const struct tls_policy *p, X509_STORE_CTX *ctx)
{
	int error = X509_STORE_CTX_get_error(ctx);
	X509 *at = X509_STORE_CTX_get_current_cert(ctx);
	const char *tp = p->n_anchors != 0 ? p->anchors[0].trustpoint : NULL;
	char issuer[120] = "";

	if (at != NULL)
		tls_subject_text(
		    X509_get_issuer_name(at), issuer, sizeof(issuer));
	snprintf(c->problem, sizeof(c->problem), "%s, issuer %s",
	    X509_verify_cert_error_string(error),
	    issuer[0] != '\0' ? issuer : "unknown");
	if (tp == NULL)
		snprintf(c->remedy, sizeof(c->remedy),
		    "add 'validate trust-point NAME' and import the issuing "
		    "CA with 'crypto ca authenticate NAME'");
	else
		snprintf(c->remedy, sizeof(c->remedy),
		    "import the issuing CA: 'crypto ca authenticate %.64s', "
		    "or have the peer send its intermediate certificates", tp);
}

static const struct tls_anchor *
anchor_of(const struct tls_policy *p, X509 *top)
{
	size_t i;

	for (i = 0; i < p->n_anchors; i++)
		if (X509_cmp(p->anchors[i].cert, top) == 0)
			return &p->anchors[i];
	return NULL;
}

static enum err
verify(struct tls_chain *c, const struct tls_policy *p, X509 *leaf,
    STACK_OF(X509) *untrusted, STACK_OF(X509) *trusted)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	enum err err = ERR_OK;

	if (ctx == NULL ||
	    X509_STORE_CTX_init(ctx, NULL, leaf, untrusted) != 1) {
		X509_STORE_CTX_free(ctx);
		return ERR_NOMEM;
	}
	X509_STORE_CTX_set0_trusted_stack(ctx, trusted);
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_flags(
	    param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
	X509_VERIFY_PARAM_set_auth_level(param, 0);
	X509_VERIFY_PARAM_set_depth(param, TLS_CHAIN_DEPTH);
	if (X509_verify_cert(ctx) == 1) {
		c->certs = X509_STORE_CTX_get1_chain(ctx);
		if (c->certs == NULL)
			err = ERR_NOMEM;
		else
			c->anchor = anchor_of(p,
			    sk_X509_value(
				c->certs, sk_X509_num(c->certs) - 1));
	} else {
		explain(c, p, ctx);
	}
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return err;
}

static enum err
pin(struct tls_chain *c, const struct tls_anchor *self, X509 *leaf)
{
	c->certs = sk_X509_new_null();
	if (c->certs == NULL || !sk_X509_push(c->certs, leaf))
		return ERR_NOMEM;
	X509_up_ref(leaf);
	c->anchor = self;
	c->pinned = true;
	return ERR_OK;
}

enum err
tls_chain_build(struct tls_chain *c, const struct tls_policy *p, X509 *leaf,
    STACK_OF(X509) *untrusted)
{
	const struct tls_anchor *self = find_self(p, leaf);
	STACK_OF(X509) *trusted;
	enum err err;

	*c = (struct tls_chain){ .certs = NULL };
	if (self != NULL && !self->ca_check)
		return pin(c, self, leaf);
	if (is_ca(leaf)) {
		snprintf(c->problem, sizeof(c->problem),
		    "a CA certificate is used as an end-entity");
		snprintf(c->remedy, sizeof(c->remedy),
		    "have the peer show a certificate of its own, or pin this "
		    "one: 'no ca-check' in its trustpoint");
		return ERR_OK;
	}
	trusted = issuers(p, leaf);
	if (trusted == NULL)
		return ERR_NOMEM;
	err = verify(c, p, leaf, untrusted, trusted);
	sk_X509_free(trusted);
	if (c->certs == NULL && self != NULL)
		snprintf(c->remedy, sizeof(c->remedy),
		    "trustpoint %.64s holds this very certificate: type 'no "
		    "ca-check' there to pin it", self->trustpoint);
	return err;
}

void
tls_chain_fini(struct tls_chain *c)
{
	sk_X509_pop_free(c->certs, X509_free);
	c->certs = NULL;
}
