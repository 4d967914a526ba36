/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one error enum. A function that can fail returns it, marked ERR_CHECK;
 * results go through a first out-parameter.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
#define X(name, sip, text) ERR_##name,
#include "base/err.def"
#undef X
	ERR_COUNT
};

#define ERR_CHECK __attribute__((warn_unused_result))

/* A sentence without capital or full stop; never NULL. */
const char *err_text(enum err err);

/* The name of the row in lower case ("cert_name"): metrics and JSON. */
const char *err_name(enum err err);

/* The SIP status (100..699) to answer a request that failed with err. */
int err_sip_status(enum err err);

#endif
