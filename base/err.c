/* SPDX-License-Identifier: BSD-2-Clause */
/* The error table: see err.def. */
#include "base/err.h"

#include <assert.h>
#include <ctype.h>
#include <stddef.h>

static const struct {
	const char *name;
	int sip;
	const char *text;
} rows[] = {
#define X(name, sip, text) { #name, sip, text },
#include "base/err.def"
#undef X
};

const char *
err_text(enum err err)
{
	assert((unsigned)err < ERR_COUNT);
	return rows[err].text;
}

const char *
err_name(enum err err)
{
	static char lower[ERR_COUNT][24];
	char *out;
	size_t i;

	assert((unsigned)err < ERR_COUNT);
	out = lower[err];
	for (i = 0; rows[err].name[i] != '\0' && i < sizeof(*lower) - 1; i++)
		out[i] = (char)tolower((unsigned char)rows[err].name[i]);
	return out;
}

int
err_sip_status(enum err err)
{
	assert((unsigned)err < ERR_COUNT);
	return rows[err].sip;
}
