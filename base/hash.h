/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uthash keyed with SipHash: Call-IDs and branches are chosen by attackers.
 * Include this, never <uthash.h>. hash_init() once a process.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

void hash_init(void);                         /* a random key; aborts never */
uint64_t hash_bytes(const void *p, size_t n); /* SipHash-2-4 with that key */

#define HASH_FUNCTION(keyptr, keylen, hashv)                                   \
	((hashv) = (unsigned)hash_bytes((keyptr), (keylen)))
#include "base/mem.h"
#define uthash_malloc(n)  mem_alloc(n)
#define uthash_free(p, n) mem_free(p)
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#endif
