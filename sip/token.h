/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parameter of our Record-Route: which two peers a dialog joins, under an
 * HMAC, so that any worker of any node routes an in-dialog request and nobody
 * forges a Route into the inside. A dialog needs no memory (DESIGN 4).
 */
#ifndef SIP_TOKEN_H
#define SIP_TOKEN_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

enum { SIP_TOKEN_KEY = 32, SIP_TOKEN_TEXT = 48 };

#define SIP_TOKEN_PARAM "sipfed" /* ;sipfed=TEXT */

/* Two keys at most: new tokens use [0], old ones verify under both. */
struct sip_token_keys {
	unsigned n;
	uint8_t id[2];
	uint8_t key[2][SIP_TOKEN_KEY];
};

/* Ids are stable hashes of peer names, not indices. */
uint64_t sip_token_peer_id(struct str peer_name);

/* Base64url text (no padding) into dst (SIP_TOKEN_TEXT bytes). */
void sip_token_make(char *dst, const struct sip_token_keys *k, uint64_t a,
    uint64_t b);
/* Constant-time check; ERR_POLICY_ROUTE when it does not verify. */
enum err sip_token_read(const struct sip_token_keys *k, struct str text,
    uint64_t *a, uint64_t *b) ERR_CHECK;

#endif
