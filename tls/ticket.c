/* SPDX-License-Identifier: BSD-2-Clause */
/* Session tickets: see ticket.h. AES-256-CBC, HMAC-SHA-256. */
#include "tls/ticket.h"

#include "base/mem.h"
#include "tls/admit.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <string.h>

enum { MOST_APPDATA = 16 * 1024, MOST_CHAIN = 10, IV_BYTES = 16 };

static int
start(const struct tls_ticket_keys *k, unsigned i, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int enc)
{
	OSSL_PARAM params[3];

	params[0] = OSSL_PARAM_construct_octet_string(
	    OSSL_MAC_PARAM_KEY, (void *)k->mac[i], sizeof(k->mac[i]));
	params[1] = OSSL_PARAM_construct_utf8_string(
	    OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0);
	params[2] = OSSL_PARAM_construct_end();
	return EVP_CipherInit_ex(
		   cipher, EVP_aes_256_cbc(), NULL, k->aes[i], iv, enc) == 1 &&
	    EVP_MAC_CTX_set_params(mac, params) == 1;
}

static int
on_key(SSL *ssl, unsigned char *name, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int enc)
{
	const struct tls_shake *s = tls_shake_of(ssl);
	const struct tls_ticket_keys *k;
	unsigned i;

	if (s == NULL || s->front == NULL || s->front->tickets == NULL)
		return 0;
	k = s->front->tickets;
	if (enc != 0) {
		if (RAND_bytes(iv, IV_BYTES) != 1)
			return -1;
		memcpy(name, k->name[0], sizeof(k->name[0]));
		return start(k, 0, iv, cipher, mac, 1) ? 1 : -1;
	}
	for (i = 0; i < k->n && i < countof(k->name); i++)
		if (memcmp(name, k->name[i], sizeof(k->name[i])) == 0)
			break;
	if (i >= k->n || i >= countof(k->name))
		return 0;
	if (!start(k, i, iv, cipher, mac, 0))
		return -1;
	return i == 0 ? 1 : 2; /* 2: take it, give a new one */
}

/* Pack the intermediates; a chain too large resumes never. */
static int
on_issue(SSL *ssl, void *arg)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	unsigned char *all, *p;
	int i, n, total = 0, ok = 1;

	if (SSL_session_reused(ssl))
		return 1; /* the session kept what it came with */
	all = mem_alloc(MOST_APPDATA);
	if (all == NULL)
		return 0;
	for (i = 0; i < sk_X509_num(chain) && i < MOST_CHAIN; i++) {
		n = i2d_X509(sk_X509_value(chain, i), NULL);
		if (n <= 0 || total + n > MOST_APPDATA)
			break;
		p = all + total;
		total += i2d_X509(sk_X509_value(chain, i), &p);
	}
	if (total != 0)
		ok = SSL_SESSION_set1_ticket_appdata(
		    SSL_get_session(ssl), all, (size_t)total);
	mem_free(all);
	return ok;
}

static STACK_OF(X509) *
unpack(SSL_SESSION *session)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	const unsigned char *p, *end;
	void *data = NULL;
	size_t n = 0;
	X509 *x;

	if (chain == NULL ||
	    SSL_SESSION_get0_ticket_appdata(session, &data, &n) != 1 ||
	    n > MOST_APPDATA)
		return chain;
	p = data;
	end = p + n;
	while (p != NULL && p < end &&
	    (x = d2i_X509(NULL, &p, end - p)) != NULL)
		if (!sk_X509_push(chain, x)) {
			X509_free(x);
			break;
		}
	ERR_clear_error();
	return chain;
}

STACK_OF(X509) *
tls_ticket_chain(SSL *ssl)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);

	if (chain != NULL)
		return X509_chain_up_ref(chain);
	return SSL_get_session(ssl) != NULL ? unpack(SSL_get_session(ssl))
					    : NULL;
}

static SSL_TICKET_RETURN
on_present(SSL *ssl, SSL_SESSION *session, const unsigned char *name,
    size_t name_len, SSL_TICKET_STATUS status, void *arg)
{
	struct tls_shake *s = tls_shake_of(ssl);
	STACK_OF(X509) *chain;
	X509 *leaf;
	bool good;

	if ((status != SSL_TICKET_SUCCESS &&
		status != SSL_TICKET_SUCCESS_RENEW) ||
	    s == NULL || (leaf = SSL_SESSION_get0_peer(session)) == NULL)
		return SSL_TICKET_RETURN_IGNORE_RENEW;
	chain = unpack(session);
	good = tls_admit_would(s, leaf, chain);
	sk_X509_pop_free(chain, X509_free);
	if (!good) /* a full handshake gives the full verdict */
		return SSL_TICKET_RETURN_IGNORE_RENEW;
	return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE
					    : SSL_TICKET_RETURN_USE_RENEW;
}

void
tls_ticket_enable(SSL_CTX *ctx, const struct tls_ticket_keys *keys)
{
	if (keys == NULL || keys->n == 0) {
		SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
		SSL_CTX_set_num_tickets(ctx, 0);
		return;
	}
	SSL_CTX_set_num_tickets(ctx, 1);
	SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, on_key);
	SSL_CTX_set_session_ticket_cb(ctx, on_issue, on_present, NULL);
}
