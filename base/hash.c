/* SPDX-License-Identifier: BSD-2-Clause */
/* The keyed hash of every table: see hash.h. */
#include "base/hash.h"

#include <sodium.h>

static unsigned char key[crypto_shorthash_KEYBYTES];

void
hash_init(void)
{
	randombytes_buf(key, sizeof(key));
}

uint64_t
hash_bytes(const void *p, size_t n)
{
	unsigned char out[crypto_shorthash_BYTES];
	uint64_t v = 0;
	size_t i;

	crypto_shorthash(out, p, n, key);
	for (i = 0; i < sizeof(out); i++)
		v = v << 8 | out[i];
	return v;
}
