/* SPDX-License-Identifier: BSD-2-Clause */
/* The index of a message and its decoded values: see msg.h. */
#include "sip/msg.h"

#include "base/mem.h"
#include "sip/host.h"
#include "sip/line.h"
#include "sip/osip.h"

enum { MAX_CSEQ = 0x7fffffff, MAX_HOPS = 255 };

static bool
is_visible(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	return s.n != 0;
}

/* "SIP/" and two numbers, whichever: sip_check() wants 2.0. */
static bool
is_version(struct str s)
{
	struct str major;
	uint64_t n;

	if (!str_starts_nocase(s, "SIP/"))
		return false;
	s = str_from(s, 4);
	major = str_split(&s, '.');
	return str_to_uint(major, UINT16_MAX, &n) &&
	    str_to_uint(s, UINT16_MAX, &n);
}

static enum err
decode_status(struct sip_msg *m)
{
	struct str rest = m->start, version = str_split(&rest, ' ');
	struct str code = str_split(&rest, ' ');
	uint64_t n;

	if (!is_version(version) || code.n != 3 || !str_to_uint(code, 699, &n) ||
	    n < 100)
		return ERR_SIP_START_LINE;
	m->status = (int)n;
	m->reason = rest;
	return ERR_OK;
}

static enum err
decode_start(struct sip_msg *m)
{
	struct str rest = m->start;
	enum err err;

	m->is_request = !str_starts_nocase(rest, "SIP/");
	if (!m->is_request)
		return decode_status(m);
	m->method = str_split(&rest, ' ');
	m->ruri = str_split(&rest, ' ');
	if (!sip_is_token(m->method) || !is_version(rest) || m->ruri.n == 0)
		return ERR_SIP_START_LINE;
	if (m->ruri.n > SIP_MAX_URI)
		return ERR_SIP_URI_TOO_LONG;
	err = sip_uri_parse(&m->uri, m->ruri);
	return err == ERR_SIP_SYNTAX ? ERR_SIP_START_LINE : err;
}

/* "SIP / 2.0 / TLS", blanks allowed; *rest is what follows it. */
static bool
take_protocol(struct str *rest)
{
	struct str name = str_trim(str_split(rest, '/'));
	struct str version = str_trim(str_split(rest, '/'));
	struct str transport;
	size_t n = 0;

	*rest = str_trim(*rest);
	while (n < rest->n && (unsigned char)rest->p[n] > ' ')
		n++;
	transport = str_sub(*rest, 0, n);
	*rest = str_trim(str_from(*rest, n));
	return str_is(name, "SIP") && str_is(version, "2.0") &&
	    sip_is_token(transport);
}

static enum err
decode_via(struct sip_msg *m, const struct sip_line *line)
{
	struct str rest = line->value, value = sip_value_next(&rest);
	struct str sent_by, flag;
	struct sip_via via = { 0 };
	size_t most = 64, i;

	rest = value;
	for (i = 0; i < value.n; i++)
		if (value.p[i] == ';' && most-- == 0)
			return ERR_SIP_HEADER;
	if (!take_protocol(&rest))
		return ERR_SIP_HEADER;
	sent_by = str_trim(str_split(&rest, ';'));
	if (!sip_host_parse(sent_by, &via.host, &via.port))
		return ERR_SIP_HEADER;
	if (sip_param(rest, "branch", &via.branch) &&
	    !sip_is_token(via.branch))
		return ERR_SIP_HEADER;
	via.alias = sip_param(rest, "alias", &flag);
	m->via = via;
	return sip_osip_via(value, &via);
}

static enum err
decode_addr(struct sip_uri *uri, struct str *tag, struct str value)
{
	struct str params;
	enum err err = sip_uri_parse_addr(uri, &params, value);

	if (err != ERR_OK)
		return err;
	if (sip_param(params, "tag", tag) && !sip_is_token(*tag))
		return ERR_SIP_HEADER;
	return ERR_OK;
}

static enum err
decode_from(struct sip_msg *m, const struct sip_line *line)
{
	return decode_addr(&m->from_uri, &m->from_tag, line->value);
}

static enum err
decode_to(struct sip_msg *m, const struct sip_line *line)
{
	return decode_addr(&m->to_uri, &m->to_tag, line->value);
}

static enum err
decode_call_id(struct sip_msg *m, const struct sip_line *line)
{
	if (!is_visible(line->value))
		return ERR_SIP_HEADER;
	m->call_id = line->value;
	return ERR_OK;
}

static enum err
decode_cseq(struct sip_msg *m, const struct sip_line *line)
{
	struct str number = line->value, method;
	uint64_t n;
	size_t i = 0;

	while (i < number.n && (unsigned char)number.p[i] > ' ')
		i++;
	method = str_trim(str_from(number, i));
	number.n = i;
	if (!str_to_uint(number, MAX_CSEQ, &n) || !sip_is_token(method))
		return ERR_SIP_CSEQ;
	m->cseq = (uint32_t)n;
	m->cseq_method = method;
	if (!m->is_request)
		m->method = method;
	return sip_osip_cseq(line->value, number, method);
}

static enum err
decode_max_forwards(struct sip_msg *m, const struct sip_line *line)
{
	uint64_t n;

	if (!m->is_request)
		return ERR_OK;
	if (!str_to_uint(line->value, MAX_HOPS, &n))
		return ERR_SIP_HEADER;
	m->max_forwards = (int)n;
	return ERR_OK;
}

static const struct decoder {
	enum sip_hdr id;
	enum err (*decode)(struct sip_msg *m, const struct sip_line *line);
} decoders[] = {
	{ SIP_VIA, decode_via },
	{ SIP_FROM, decode_from },
	{ SIP_TO, decode_to },
	{ SIP_CALL_ID, decode_call_id },
	{ SIP_CSEQ, decode_cseq },
	{ SIP_MAX_FORWARDS, decode_max_forwards },
};

/* The first line of each; what cannot be read is left empty. */
static enum err
decode_headers(struct sip_msg *m)
{
	enum err first = ERR_OK;
	size_t i;

	for (i = 0; i < countof(decoders); i++) {
		const struct sip_line *line =
		    sip_msg_line(m, decoders[i].id, 0);
		enum err err = ERR_OK;

		if (line != NULL)
			err = decoders[i].decode(m, line);
		if (err == ERR_NOMEM)
			return err;
		if (err == ERR_SIP_SYNTAX)
			err = ERR_SIP_HEADER;
		if (first == ERR_OK)
			first = err;
	}
	return first;
}

static size_t
count_lines(struct str s)
{
	size_t n = 0, at = 0;
	ssize_t next;

	while (n < SIP_MAX_LINES && (next = str_find(s, '\n', at)) >= 0) {
		at = (size_t)next + 1;
		n++;
	}
	return n;
}

/* Fill the index; the first defect is reported, the rest is still indexed. */
static enum err
index_lines(struct sip_msg *m, struct str rest)
{
	enum err first = ERR_OK, defect;
	struct sip_line line;
	bool bare = false;

	if (!sip_line_take(&rest, &m->start, &bare))
		return ERR_SIP_START_LINE;
	m->start.n -= 2;
	if (m->start.n == 0)
		return ERR_SIP_START_LINE;
	if (bare)
		first = ERR_SIP_BARE_NEWLINE;
	while (sip_line_next(&rest, &line, &defect)) {
		if (first == ERR_OK)
			first = defect;
		if (m->n_lines == SIP_MAX_LINES)
			return ERR_SIP_TOO_LONG;
		m->lines[m->n_lines++] = line;
		if (line.id == SIP_CONTENT_LENGTH)
			m->has_length = true;
	}
	if (first == ERR_OK && (rest.n != 2 || rest.p[0] != '\r'))
		first = ERR_SIP_SYNTAX;
	return first;
}

bool
sip_msg_answerable(const struct sip_msg *m)
{
	static const enum sip_hdr copied[] = { SIP_VIA, SIP_FROM, SIP_TO,
		SIP_CALL_ID, SIP_CSEQ };
	size_t i;

	for (i = 0; i < countof(copied); i++)
		if (sip_msg_line(m, copied[i], 0) == NULL)
			return false;
	return true;
}

static enum err
read_msg(struct sip_msg *m, struct str head)
{
	enum err lines, start, headers = ERR_OK;

	if (head.n > SIP_MAX_HEAD)
		return ERR_SIP_TOO_LONG;
	lines = index_lines(m, head);
	if (m->start.n == 0)
		return ERR_SIP_START_LINE;
	start = decode_start(m);
	/* Only sound and bounded lines reach libosip2. */
	if (lines == ERR_OK)
		headers = decode_headers(m);
	if (start == ERR_NOMEM || headers == ERR_NOMEM)
		return ERR_NOMEM;
	if (lines != ERR_OK)
		return lines;
	return start != ERR_OK ? start : headers;
}

enum err
sip_msg_parse(struct sip_msg **out, char *bytes, size_t head, size_t body)
{
	struct str all = { bytes, head + body };
	size_t room = count_lines(str_sub(all, 0, head));
	struct sip_msg *m;
	enum err err;

	*out = NULL;
	/* One block: the message and its index live and die together. */
	m = mem_zalloc(sizeof(*m) + room * sizeof(m->lines[0]));
	if (m == NULL) {
		mem_free(bytes);
		return ERR_NOMEM;
	}
	m->refs = 1;
	m->bytes = all;
	m->body = str_from(all, head);
	m->lines = (struct sip_line *)(m + 1);
	m->max_forwards = -1;
	err = read_msg(m, str_sub(all, 0, head));
	if (err != ERR_OK && (err == ERR_NOMEM || !sip_msg_answerable(m))) {
		sip_msg_unref(m);
		return err;
	}
	*out = m;
	return err;
}

struct sip_msg *
sip_msg_ref(struct sip_msg *m)
{
	m->refs++;
	return m;
}

void
sip_msg_unref(struct sip_msg *m)
{
	if (m == NULL || --m->refs != 0)
		return;
	mem_free((char *)m->bytes.p);
	mem_free(m);
}

const struct sip_line *
sip_msg_line(const struct sip_msg *m, enum sip_hdr id, size_t i)
{
	size_t at;

	for (at = 0; at < m->n_lines; at++)
		if (m->lines[at].id == id && i-- == 0)
			return &m->lines[at];
	return NULL;
}

const struct sip_line *
sip_msg_named(const struct sip_msg *m, const char *name, size_t i)
{
	enum sip_hdr id = sip_hdr_id(str_of(name));
	size_t at;

	if (id != SIP_OTHER)
		return sip_msg_line(m, id, i);
	for (at = 0; at < m->n_lines; at++)
		if (str_is(m->lines[at].name, name) && i-- == 0)
			return &m->lines[at];
	return NULL;
}

bool
sip_msg_is(const struct sip_msg *m, const char *method)
{
	return str_equal(m->method, str_of(method));
}
