/* SPDX-License-Identifier: BSD-2-Clause */
/* Header lines, their names and their defects: see line.h. */
#include "sip/line.h"

#include "base/mem.h"

#include <string.h>
#include <strings.h>

struct hdr_name {
	enum sip_hdr id;
	char compact; /* lower case; 0: none */
	struct str name;
};

#define NAME(id, compact, text) { id, compact, { text, sizeof(text) - 1 } }

/* In the order of enum sip_hdr, so that an id is an index. */
static const struct hdr_name names[] = {
	NAME(SIP_OTHER, 0, ""),
	NAME(SIP_VIA, 'v', "Via"),
	NAME(SIP_FROM, 'f', "From"),
	NAME(SIP_TO, 't', "To"),
	NAME(SIP_CALL_ID, 'i', "Call-ID"),
	NAME(SIP_CSEQ, 0, "CSeq"),
	NAME(SIP_CONTACT, 'm', "Contact"),
	NAME(SIP_ROUTE, 0, "Route"),
	NAME(SIP_RECORD_ROUTE, 0, "Record-Route"),
	NAME(SIP_MAX_FORWARDS, 0, "Max-Forwards"),
	NAME(SIP_CONTENT_LENGTH, 'l', "Content-Length"),
	NAME(SIP_PROXY_REQUIRE, 0, "Proxy-Require"),
	NAME(SIP_P_ASSERTED_IDENTITY, 0, "P-Asserted-Identity"),
	NAME(SIP_EVENT, 'o', "Event"),
	NAME(SIP_REQUIRE, 0, "Require"),
};

const char *
sip_hdr_name(enum sip_hdr id)
{
	return (size_t)id < countof(names) ? names[id].name.p : "";
}

enum sip_hdr
sip_hdr_id(struct str name)
{
	size_t i;

	if (name.n == 0)
		return SIP_OTHER;
	for (i = 1; i < countof(names); i++) {
		const struct hdr_name *h = &names[i];

		if (name.n == 1 && h->compact == (name.p[0] | 0x20))
			return h->id;
		/* Length and first letter settle nearly every case. */
		if (name.n == h->name.n &&
		    ((name.p[0] ^ h->name.p[0]) & ~0x20) == 0 &&
		    strncasecmp(name.p, h->name.p, name.n) == 0)
			return h->id;
	}
	return SIP_OTHER;
}

bool
sip_is_token(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i], low = (char)(c | 0x20);

		if ((low >= 'a' && low <= 'z') || (c >= '0' && c <= '9'))
			continue;
		if (c == '\0' || strchr("-.!%*_+`'~", c) == NULL)
			return false;
	}
	return s.n != 0;
}

bool
sip_line_take(struct str *rest, struct str *raw, bool *bare)
{
	size_t end = 0;
	ssize_t at;

	for (;;) {
		at = str_find(*rest, '\n', end);
		if (at < 0)
			return false;
		end = (size_t)at + 1;
		if (at > 0 && rest->p[at - 1] == '\r')
			break;
		*bare = true;
	}
	*raw = str_sub(*rest, 0, end);
	*rest = str_from(*rest, end);
	if (str_find(*raw, '\r', 0) != (ssize_t)end - 2)
		*bare = true;
	return true;
}

size_t
sip_head_size(struct str s)
{
	ssize_t lf = -1;

	while ((lf = str_find(s, '\n', (size_t)(lf + 1))) >= 0)
		if (lf >= 3 && memcmp(s.p + lf - 3, "\r\n\r", 3) == 0)
			return (size_t)lf + 1;
	return 0;
}

static bool
is_fold(struct str rest)
{
	return rest.n != 0 && (rest.p[0] == ' ' || rest.p[0] == '\t');
}

/*
 * A NUL ends the text for one reader and not for another; only the grammar's
 * quoted-pair may hold one (RFC 3261 25.1, RFC 4475 3.1.1.2).
 */
static bool
has_raw_nul(struct str s)
{
	ssize_t at = -1;

	while ((at = str_find(s, '\0', (size_t)(at + 1))) >= 0)
		if (at == 0 || s.p[at - 1] != '\\')
			return true;
	return false;
}

bool
sip_line_next(struct str *rest, struct sip_line *line, enum err *defect)
{
	struct str more;
	bool bare = false;
	ssize_t colon;

	*defect = ERR_OK;
	*line = (struct sip_line){ .id = SIP_OTHER };
	if (rest->n >= 2 && rest->p[0] == '\r' && rest->p[1] == '\n')
		return false;
	if (!sip_line_take(rest, &line->raw, &bare))
		return false;
	while (is_fold(*rest) && sip_line_take(rest, &more, &bare))
		line->raw.n += more.n;
	if (bare) {
		*defect = ERR_SIP_BARE_NEWLINE;
		return true;
	}
	colon = str_find(line->raw, ':', 0);
	*defect = ERR_SIP_HEADER;
	if (colon < 0 || has_raw_nul(line->raw))
		return true;
	line->name = str_sub(line->raw, 0, (size_t)colon);
	while (line->name.n != 0 &&
	    (line->name.p[line->name.n - 1] == ' ' ||
		line->name.p[line->name.n - 1] == '\t'))
		line->name.n--;
	if (!sip_is_token(line->name))
		return true;
	line->value = str_trim(str_from(line->raw, (size_t)colon + 1));
	line->id = sip_hdr_id(line->name);
	*defect = line->raw.n > SIP_MAX_LINE ? ERR_SIP_TOO_LONG : ERR_OK;
	return true;
}
