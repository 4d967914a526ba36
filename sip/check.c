/* SPDX-License-Identifier: BSD-2-Clause */
/* What is refused before routing, one row a rule: see sip_check() in msg.h. */
#include "base/mem.h"
#include "sip/msg.h"

static bool
is_version_2(const struct sip_msg *m)
{
	struct str rest = m->start, version = str_split(&rest, ' ');

	if (m->is_request) {
		(void)str_split(&rest, ' ');
		version = rest;
	}
	return str_is(version, "SIP/2.0");
}

static bool
has_mandatory(const struct sip_msg *m)
{
	return sip_msg_answerable(m);
}

/* Two From lines and two readers see two senders. */
static bool
has_no_doubles(const struct sip_msg *m)
{
	static const enum sip_hdr once[] = { SIP_FROM, SIP_TO, SIP_CALL_ID,
		SIP_CSEQ, SIP_MAX_FORWARDS, SIP_CONTENT_LENGTH };
	size_t i;

	for (i = 0; i < countof(once); i++)
		if (sip_msg_line(m, once[i], 1) != NULL)
			return false;
	return true;
}

static bool
has_via(const struct sip_msg *m)
{
	return m->via.host.n != 0;
}

static bool
cseq_agrees(const struct sip_msg *m)
{
	return !m->is_request || str_equal(m->method, m->cseq_method);
}

static bool
is_sip_scheme(const struct sip_msg *m)
{
	return !m->is_request || str_is(m->uri.scheme, "sip") ||
	    str_is(m->uri.scheme, "sips");
}

/* ACK and CANCEL cannot be refused for an extension (RFC 3261 8.2.2.3). */
static bool
extensions_known(const struct sip_msg *m)
{
	const struct sip_line *line;
	size_t i;

	if (!m->is_request || sip_msg_is(m, "ACK") || sip_msg_is(m, "CANCEL"))
		return true;
	for (i = 0; (line = sip_msg_line(m, SIP_PROXY_REQUIRE, i)) != NULL;
	     i++) {
		struct str rest = line->value, tag;

		while ((tag = sip_value_next(&rest)).n != 0)
			if (!str_is(tag, "ms-benotify"))
				return false;
	}
	return true;
}

static bool
length_agrees(const struct sip_msg *m)
{
	const struct sip_line *line = sip_msg_line(m, SIP_CONTENT_LENGTH, 0);
	uint64_t n = 0;

	if (line != NULL && !str_to_uint(line->value, SIP_MAX_BODY, &n))
		return false;
	return n == m->body.n;
}

static const struct rule {
	enum err err;
	bool (*holds)(const struct sip_msg *m);
} rules[] = {
	{ ERR_SIP_VERSION, is_version_2 },
	{ ERR_SIP_MISSING, has_mandatory },
	{ ERR_SIP_HEADER, has_no_doubles },
	{ ERR_SIP_HEADER, has_via },
	{ ERR_SIP_LENGTH, length_agrees },
	{ ERR_SIP_CSEQ, cseq_agrees },
	{ ERR_SIP_SCHEME, is_sip_scheme },
	{ ERR_SIP_EXTENSION, extensions_known },
};

enum err
sip_check(const struct sip_msg *m)
{
	size_t i;

	for (i = 0; i < countof(rules); i++)
		if (!rules[i].holds(m))
			return rules[i].err;
	return ERR_OK;
}
