/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The OpenSSL edge: clear the error queue, call, classify, drain. The rest of
 * the folder knows five outcomes and one line of text.
 */
#ifndef TLS_ERROR_H
#define TLS_ERROR_H

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stddef.h>

enum tls_io {
	TLS_IO_DONE,
	TLS_IO_WANT_READ,
	TLS_IO_WANT_WRITE,
	TLS_IO_EOF, /* with or without close_notify: SIP has its own lengths */
	TLS_IO_FAIL
};

/* An expression: runs the call on a clean queue and classifies it. */
#define TLS_CALL(ssl, call)                                                    \
	(ERR_clear_error(), errno = 0, tls_io_result((ssl), (call)))
enum tls_io tls_io_result(SSL *ssl, int rc);

/* The alert that the peer sent as the newest error; 0: it sent none. */
int tls_error_alert(void);
/* Is this the newest error's reason? */
int tls_error_is(int reason);
/* Empty the queue into dst: reasons, oldest first. Returns dst. */
char *tls_error_drain(char *dst, size_t size);

#endif
