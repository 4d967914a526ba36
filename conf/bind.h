/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings of one field: parse, "no", write and default from one row. */
#ifndef CONF_BIND_H
#define CONF_BIND_H

#include "conf/cmd.h"

#include <stddef.h>

enum conf_bind_kind {
	BIND_STRING, BIND_REF, BIND_UINT, BIND_ON, BIND_OFF, BIND_LIST,
	BIND_REFS, BIND_ENUM, BIND_WORDS
};

struct conf_bind {
	enum conf_bind_kind kind;
	size_t at;                 /* of the field in the mode's object */
	const char *const *words;  /* BIND_ENUM: text by value, NULL ends */
	size_t set_at;             /* BIND_ENUM: a bool "was set", or 0 */
	unsigned dflt;             /* BIND_UINT, BIND_ENUM */
};

#define AT(k, type, field, ...)                                                \
	&(const struct conf_bind)                                              \
	{                                                                      \
		.kind = (k), .at = offsetof(struct type, field), __VA_ARGS__   \
	}

enum err conf_bind_apply(const struct conf_cmd *row, void *object,
    const struct conf_args *a, int line) ERR_CHECK;
void conf_bind_write(const struct conf_cmd *row, const void *object,
    enum conf_write_what what, int indent, struct buf *out);

#endif
