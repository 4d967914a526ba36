/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an operator pastes, turned into DER: PEM with text around it, several
 * blocks, CRLF, a BOM, trailing blanks, base64 without BEGIN/END, or DER as it
 * is. Bounded; and OpenSSL's error queue turned into an enum err.
 */
#ifndef TLS_PKI_TEXT_H
#define TLS_PKI_TEXT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#include <openssl/bio.h>
#include <stddef.h>

enum { PKI_TEXT_MOST = 1 << 20 }; /* bytes of any input */

struct pki_der {
	unsigned char *p;
	size_t n;
};

/*
 * The first block with one of these labels (NULL ends the list). Without any
 * BEGIN line the whole text must be base64 or DER. ERR_PKI_PARSE, ERR_FULL
 * (too long), ERR_PKI_PASSPHRASE (an encrypted block), ERR_NOMEM.
 */
enum err pki_text_der(struct pki_der *out, struct str text,
    const char *const *labels) ERR_CHECK;
void pki_der_fini(struct pki_der *der); /* wipes: it may be a private key */

/* Base64 in lines of 64 columns. */
enum err pki_text_base64(struct buf *out, const unsigned char *p, size_t n)
    ERR_CHECK;

/*
 * Empty OpenSSL's error queue: ERR_NOMEM if it speaks of memory, else
 * `otherwise`. Called on each failure, so that no stale error is left behind.
 */
enum err pki_fail(enum err otherwise) ERR_CHECK;

/* Append what was written to a memory BIO and free it (wiped). */
enum err pki_bio_take(struct buf *out, BIO *bio) ERR_CHECK;

#endif
