/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SIP text as the lab reads it: its own small parser, on purpose not the
 * proxy's. All slices point into the message that was parsed.
 */
#ifndef LAB_TEXT_H
#define LAB_TEXT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>

enum { TEXT_FIELDS = 200, TEXT_HEAD = 1 << 17, TEXT_BODY = 6 << 20 };

struct field {
	struct str name, value;
};

struct text {
	struct str raw, line; /* line: the first one */
	bool request;
	struct str method, uri; /* of a request */
	unsigned status;        /* of a response */
	struct field field[TEXT_FIELDS];
	size_t n;
	struct str body;
};

/*
 * How long the message at the start of s is. ERR_BUSY: not all there yet;
 * ERR_SIP_LENGTH and the like: the stream is lost. *skip: leading CRLFs.
 */
enum err text_frame(struct str s, size_t *skip, size_t *n) ERR_CHECK;
enum err text_parse(struct text *t, struct str raw) ERR_CHECK;
/* The nth field of this name (long or compact); empty if there is none. */
struct str text_get(const struct text *t, const char *name, size_t nth);
bool text_has(const struct text *t, const char *name);
unsigned text_cseq(const struct text *t, struct str *method);
/* Cut the next element off a comma list, quotes and <> respected. */
struct str text_element(struct str *rest);
/* The URI of a name-addr or addr-spec. */
struct str text_uri(struct str value);
/* A header parameter (after >); empty if absent. */
struct str text_param(struct str value, const char *name);
/* user@host part of a sip: URI, split. */
struct str text_uri_user(struct str uri);
struct str text_uri_host(struct str uri);

#endif
