/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Route tokens: see token.h. 33 bytes (key id, two peer ids, 128 bits of
 * HMAC-SHA256) make 44 characters of base64url without a spare bit.
 */
#include "sip/token.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

enum { BODY = 1 + 8 + 8, MAC = 16, RAW = BODY + MAC, TEXT = RAW / 3 * 4 };

_Static_assert(RAW % 3 == 0, "no spare bits to forge a second text with");
_Static_assert(TEXT + 1 <= SIP_TOKEN_TEXT, "the text fits");
_Static_assert(SIP_TOKEN_KEY == crypto_auth_hmacsha256_KEYBYTES, "key size");

static void
put64(uint8_t *p, uint64_t v)
{
	int i;

	for (i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> (56 - 8 * i));
}

static uint64_t
get64(const uint8_t *p)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

uint64_t
sip_token_peer_id(struct str peer_name)
{
	uint8_t digest[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(digest, (const uint8_t *)peer_name.p, peer_name.n);
	return get64(digest);
}

static void
sign(uint8_t *mac, const uint8_t *body, const uint8_t *key)
{
	uint8_t full[crypto_auth_hmacsha256_BYTES];

	crypto_auth_hmacsha256(full, body, BODY, key);
	memcpy(mac, full, MAC);
}

void
sip_token_make(char *dst, const struct sip_token_keys *k, uint64_t a,
    uint64_t b)
{
	uint8_t raw[RAW];

	dst[0] = '\0';
	if (k->n == 0)
		return;
	raw[0] = k->id[0];
	put64(raw + 1, a);
	put64(raw + 9, b);
	sign(raw + BODY, raw, k->key[0]);
	sodium_bin2base64(dst, SIP_TOKEN_TEXT, raw, RAW,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Only the text that we would write: libsodium also takes bytes over 127. */
static bool
decode(uint8_t *raw, struct str text)
{
	char again[SIP_TOKEN_TEXT];
	size_t n = 0;

	if (text.n != TEXT ||
	    sodium_base642bin(raw, RAW, text.p, text.n, NULL, &n, NULL,
	        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    n != RAW)
		return false;
	sodium_bin2base64(again, sizeof(again), raw, RAW,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return memcmp(again, text.p, TEXT) == 0;
}

enum err
sip_token_read(const struct sip_token_keys *k, struct str text, uint64_t *a,
    uint64_t *b)
{
	uint8_t raw[RAW], mac[MAC];
	unsigned i;

	if (!decode(raw, text))
		return ERR_POLICY_ROUTE;
	for (i = 0; i < k->n && i < 2; i++) {
		if (k->id[i] != raw[0])
			continue;
		sign(mac, raw, k->key[i]);
		if (sodium_memcmp(mac, raw + BODY, MAC) != 0)
			continue;
		*a = get64(raw + 1);
		*b = get64(raw + 9);
		return ERR_OK;
	}
	return ERR_POLICY_ROUTE;
}
