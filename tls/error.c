/* SPDX-License-Identifier: BSD-2-Clause */
/* SSL results and the error queue: see error.h. */
#include "tls/error.h"

#include <openssl/sslerr.h>
#include <stdio.h>
#include <string.h>

enum tls_io
tls_io_result(SSL *ssl, int rc)
{
	switch (SSL_get_error(ssl, rc)) {
	case SSL_ERROR_NONE:
		return TLS_IO_DONE;
	case SSL_ERROR_WANT_READ:
		return TLS_IO_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_IO_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_IO_EOF;
	case SSL_ERROR_SSL:
		if (tls_error_is(SSL_R_UNEXPECTED_EOF_WHILE_READING))
			return TLS_IO_EOF;
		return TLS_IO_FAIL;
	default:
		return TLS_IO_FAIL;
	}
}

int
tls_error_is(int reason)
{
	unsigned long e = ERR_peek_last_error();

	return ERR_GET_LIB(e) == ERR_LIB_SSL && ERR_GET_REASON(e) == reason;
}

int
tls_error_alert(void)
{
	unsigned long e = ERR_peek_last_error();
	int reason = ERR_GET_REASON(e);

	if (ERR_GET_LIB(e) != ERR_LIB_SSL || reason < SSL_AD_REASON_OFFSET ||
	    reason > SSL_AD_REASON_OFFSET + 255)
		return 0;
	return reason - SSL_AD_REASON_OFFSET;
}

char *
tls_error_drain(char *dst, size_t size)
{
	int saved = errno;
	unsigned long e;
	size_t at = 0;

	dst[0] = '\0';
	while ((e = ERR_get_error()) != 0) {
		const char *reason = ERR_reason_error_string(e);
		char number[32];

		if (ERR_SYSTEM_ERROR(e))
			reason = strerror(ERR_GET_REASON(e));
		if (reason == NULL) {
			snprintf(number, sizeof(number), "error %08lx", e);
			reason = number;
		}
		if (at + 3 < size)
			at += (size_t)snprintf(dst + at, size - at, "%s%s",
			    at != 0 ? "; " : "", reason);
		if (at >= size)
			at = size - 1;
	}
	if (at == 0)
		snprintf(dst, size, "%s",
		    saved != 0 ? strerror(saved) : "the peer closed");
	return dst;
}
