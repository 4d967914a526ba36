/* SPDX-License-Identifier: BSD-2-Clause */
/* A decoded URI: slices into the text it was parsed from. */
#ifndef SIP_URI_H
#define SIP_URI_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct sip_uri {
	struct str raw;     /* the URI without < > */
	struct str scheme;  /* "sip", "sips", "tel", ... as written */
	struct str user;    /* empty: none */
	struct str host;    /* brackets of IPv6 kept; empty for tel */
	uint16_t port;      /* 0: absent */
	struct str params;  /* after the first ';', "lr;transport=tls"; or empty */
};

/*
 * Parse a bare URI strictly: one '@' at most, a host of LDH labels or an IP
 * literal for sip/sips, no control or blank; libosip2 must agree on the host.
 * ERR_SIP_SYNTAX; other schemes are kept with host empty.
 */
enum err sip_uri_parse(struct sip_uri *out, struct str text) ERR_CHECK;

/* A name-addr or addr-spec ("n"<uri>;tag=x): its URI and what follows it. */
enum err sip_uri_parse_addr(struct sip_uri *out, struct str *header_params,
    struct str text) ERR_CHECK;

/* Value of ;name=value (quotes kept), or of a flag: true with *value empty. */
bool sip_param(struct str params, const char *name, struct str *value);

/*
 * Split a header value at top-level commas (quotes and < > respected):
 * returns the next trimmed value and advances *rest; empty at the end.
 */
struct str sip_value_next(struct str *rest);

#endif
