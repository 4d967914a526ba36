/* SPDX-License-Identifier: BSD-2-Clause */
/* URIs, name-addrs, parameters and comma lists: see uri.h, host.h. */
#include "sip/uri.h"

#include "base/addr.h"
#include "sip/host.h"
#include "sip/osip.h"

#include <string.h>

enum {
	MAX_HOST = 255,
	MAX_LABEL = 63,
	MAX_PARAMS = 64 /* libosip2 is quadratic in them */
};

static bool
is_alnum(char c)
{
	char low = (char)(c | 0x20);

	return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_label(struct str s)
{
	size_t i;

	if (s.n == 0 || s.n > MAX_LABEL)
		return false;
	for (i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return s.p[0] != '-' && s.p[s.n - 1] != '-';
}

static bool
is_host(struct str s)
{
	struct addr addr;

	if (s.n == 0 || s.n > MAX_HOST)
		return false;
	if (s.p[0] == '[')
		return str_find(s, ':', 0) > 0 && s.p[s.n - 1] == ']' &&
		    addr_parse(&addr, s, 0) == ERR_OK;
	if (s.p[s.n - 1] == '.') /* an absolute name */
		s.n--;
	do {
		ssize_t dot = str_find(s, '.', 0);

		if (dot == (ssize_t)s.n - 1)
			return false;
		if (!is_label(str_split(&s, '.')))
			return false;
	} while (s.n != 0);
	return true;
}

bool
sip_host_parse(struct str text, struct str *host, uint16_t *port)
{
	uint64_t n = 0;
	size_t from = 0;
	ssize_t at;

	if (text.n != 0 && text.p[0] == '[') {
		at = str_find(text, ']', 0);
		if (at < 0)
			return false;
		from = (size_t)at;
	}
	at = str_find(text, ':', from);
	*host = text;
	*port = 0;
	if (at >= 0) {
		*host = str_trim(str_sub(text, 0, (size_t)at));
		if (!str_to_uint(str_trim(str_from(text, (size_t)at + 1)),
		        UINT16_MAX, &n) ||
		    n == 0)
			return false;
		*port = (uint16_t)n;
	}
	return is_host(*host);
}

/* Bytes that no URI holds bare: controls, blanks, quotes of other grammar. */
static bool
is_clean(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == 0x7f || c == '<' || c == '>')
			return false;
	}
	return true;
}

static bool
is_scheme(struct str s)
{
	size_t i;

	if (s.n == 0 || !is_alnum(s.p[0]) || (s.p[0] >= '0' && s.p[0] <= '9'))
		return false;
	for (i = 1; i < s.n; i++)
		if (!is_alnum(s.p[i]) && strchr("+-.", s.p[i]) == NULL)
			return false;
	return true;
}

static bool
is_user(struct str user)
{
	return user.n != 0 && str_find(user, '"', 0) < 0 &&
	    str_find(user, '\\', 0) < 0;
}

static size_t
first_of(struct str s, const char *set)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] != '\0' && strchr(set, s.p[i]) != NULL)
			break;
	return i;
}

/* Our reading alone. *core is what stands before the parameters. */
static enum err
split_uri(struct sip_uri *out, struct str text, struct str *core)
{
	ssize_t colon = str_find(text, ':', 0), at;
	struct str rest, hostport;
	size_t end;

	*out = (struct sip_uri){ .raw = text };
	*core = text;
	if (colon <= 0 || !is_clean(text))
		return ERR_SIP_SYNTAX;
	out->scheme = str_sub(text, 0, (size_t)colon);
	if (!is_scheme(out->scheme) || (size_t)colon + 1 == text.n)
		return ERR_SIP_SYNTAX;
	if (!str_is(out->scheme, "sip") && !str_is(out->scheme, "sips"))
		return ERR_OK;
	rest = str_from(text, (size_t)colon + 1);
	at = str_find(rest, '@', 0);
	if (at >= 0) {
		out->user = str_sub(rest, 0, (size_t)at);
		rest = str_from(rest, (size_t)at + 1);
		/* A second one and two readers see two hosts. */
		if (!is_user(out->user) || str_find(rest, '@', 0) >= 0)
			return ERR_SIP_SYNTAX;
	}
	end = first_of(rest, ";?");
	hostport = str_sub(rest, 0, end);
	if (!sip_host_parse(hostport, &out->host, &out->port))
		return ERR_SIP_SYNTAX;
	core->n = (size_t)(hostport.p + hostport.n - text.p);
	if (end < rest.n && rest.p[end] == ';') {
		rest = str_from(rest, end + 1);
		out->params = str_sub(rest, 0, first_of(rest, "?"));
	}
	return ERR_OK;
}

enum err
sip_uri_parse(struct sip_uri *out, struct str text)
{
	struct str core;
	enum err err = split_uri(out, text, &core);

	if (err != ERR_OK || out->host.n == 0)
		return err;
	return sip_osip_uri(core, out->host);
}

/* Past a quoted string that begins at `from`; 0: it has no end. */
static size_t
past_quotes(struct str s, size_t from)
{
	size_t i;

	for (i = from + 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return 0;
}

/* Where '<' of a name-addr is; false: the display name is malformed. */
static bool
find_angle(struct str s, size_t *at, bool *found)
{
	size_t i = 0;

	*found = false;
	if (s.n != 0 && s.p[0] == '"') {
		i = past_quotes(s, 0);
		while (i != 0 && i < s.n && strchr(" \t\r\n", s.p[i]) != NULL &&
		    s.p[i] != '\0')
			i++;
		*found = i != 0 && i < s.n && s.p[i] == '<';
		*at = i;
		return *found;
	}
	i = first_of(s, "<");
	*at = i;
	*found = i < s.n;
	/* What would make an unquoted name look like a URI or a parameter. */
	return !*found || first_of(str_sub(s, 0, i), "\":;,@>\\") == i;
}

static size_t
count_params(struct str s)
{
	size_t n = 0;
	ssize_t at = -1;

	while ((at = str_find(s, ';', (size_t)(at + 1))) >= 0)
		n++;
	return n;
}

enum err
sip_uri_parse_addr(struct sip_uri *out, struct str *params, struct str text)
{
	struct str uri, after, core, tag = STR_EMPTY;
	size_t at;
	bool angle;
	enum err err;
	ssize_t end;

	text = str_trim(text);
	*params = STR_EMPTY;
	*out = (struct sip_uri){ .raw = text };
	if (count_params(text) > MAX_PARAMS || !find_angle(text, &at, &angle))
		return ERR_SIP_SYNTAX;
	if (angle) {
		end = str_find(text, '>', at);
		if (end < 0)
			return ERR_SIP_SYNTAX;
		uri = str_sub(text, at + 1, (size_t)end - at - 1);
		after = str_trim(str_from(text, (size_t)end + 1));
		/* libosip2 dislikes UTF-8 in an unquoted name. */
		if (text.p[0] != '"')
			text = str_from(text, at);
	} else {
		/* Without < > everything from ';' on is the header's. */
		uri = str_trim(str_sub(text, 0, first_of(text, ";")));
		after = str_from(text, first_of(text, ";"));
		if (first_of(uri, "?,\"") != uri.n ||
		    first_of(after, "@<>") != after.n)
			return ERR_SIP_SYNTAX;
	}
	if (after.n != 0 && after.p[0] != ';')
		return ERR_SIP_SYNTAX;
	err = split_uri(out, uri, &core);
	if (err != ERR_OK)
		return err;
	*params = str_from(after, 1);
	if (!sip_param(*params, "tag", &tag))
		tag = STR_EMPTY;
	return sip_osip_addr(text, out->host, tag);
}

/* Up to the next top-level c; *rest is what follows it. `open` begins what
   '>' ends; c itself: brackets mean nothing here. */
static struct str
next_part(struct str *rest, char c, char open)
{
	struct str s = *rest;
	size_t i = 0, past;

	while (i < s.n && s.p[i] != c) {
		past = i + 1;
		if (s.p[i] == '"')
			past = past_quotes(s, i);
		else if (s.p[i] == open)
			past = (size_t)(str_find(s, '>', i) + 1);
		/* Quotes or brackets without an end hold the rest. */
		i = past == 0 ? s.n : past;
	}
	*rest = str_from(s, i + 1);
	return str_trim(str_sub(s, 0, i));
}

bool
sip_param(struct str params, const char *name, struct str *value)
{
	while (params.n != 0) {
		struct str part = next_part(&params, ';', ';');
		struct str key = str_trim(str_split(&part, '='));

		if (str_is(key, name)) {
			*value = str_trim(part);
			return true;
		}
	}
	return false;
}

struct str
sip_value_next(struct str *rest)
{
	struct str value = STR_EMPTY;

	/* Empty elements are no values (RFC 3261 7.3.1 has none). */
	while (rest->n != 0 && value.n == 0)
		value = next_part(rest, ',', '<');
	return value;
}
