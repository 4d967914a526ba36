/* SPDX-License-Identifier: BSD-2-Clause */
/* Responses, ACK and CANCEL out of a message that we hold: see reply.h. */
#include "sip/reply.h"

#include "base/mem.h"

#include <string.h>

static const struct phrase {
	int status;
	const char *text;
} phrases[] = {
	{ 100, "Trying" },
	{ 180, "Ringing" },
	{ 181, "Call Is Being Forwarded" },
	{ 182, "Queued" },
	{ 183, "Session Progress" },
	{ 200, "OK" },
	{ 202, "Accepted" },
	{ 300, "Multiple Choices" },
	{ 301, "Moved Permanently" },
	{ 302, "Moved Temporarily" },
	{ 305, "Use Proxy" },
	{ 380, "Alternative Service" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 402, "Payment Required" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 407, "Proxy Authentication Required" },
	{ 408, "Request Timeout" },
	{ 410, "Gone" },
	{ 413, "Request Entity Too Large" },
	{ 414, "Request-URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Unsupported URI Scheme" },
	{ 420, "Bad Extension" },
	{ 421, "Extension Required" },
	{ 423, "Interval Too Brief" },
	{ 440, "Max-Breadth Exceeded" },
	{ 480, "Temporarily Unavailable" },
	{ 481, "Call/Transaction Does Not Exist" },
	{ 482, "Loop Detected" },
	{ 483, "Too Many Hops" },
	{ 484, "Address Incomplete" },
	{ 485, "Ambiguous" },
	{ 486, "Busy Here" },
	{ 487, "Request Terminated" },
	{ 488, "Not Acceptable Here" },
	{ 489, "Bad Event" },
	{ 491, "Request Pending" },
	{ 493, "Undecipherable" },
	{ 500, "Server Internal Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Server Time-out" },
	{ 505, "Version Not Supported" },
	{ 513, "Message Too Large" },
	{ 600, "Busy Everywhere" },
	{ 603, "Decline" },
	{ 604, "Does Not Exist Anywhere" },
	{ 606, "Not Acceptable" },
};

/* What x00 means (RFC 3261 8.1.3.2), by the first digit. */
static const char *const classes[] = { "Progress", "Success", "Redirection",
	"Request Failure", "Server Failure", "Global Failure" };

const char *
sip_reason(int status)
{
	size_t i;

	for (i = 0; i < countof(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].text;
	if (status < 100 || status > 699)
		return "Server Internal Error";
	return classes[status / 100 - 1];
}

static void
add_lines(struct buf *b, const struct sip_msg *m, enum sip_hdr id)
{
	const struct sip_line *line;
	size_t i;

	for (i = 0; (line = sip_msg_line(m, id, i)) != NULL; i++)
		buf_add_str(b, line->raw);
}

static void
add_line(struct buf *b, const struct sip_line *line)
{
	if (line != NULL)
		buf_add_str(b, line->raw);
}

/* Also of a To that could not be decoded: better no tag than two. */
static bool
has_tag(const struct sip_msg *m, struct str value)
{
	size_t i;

	if (m->to_tag.n != 0)
		return true;
	if (m->to_uri.scheme.n != 0)
		return false;
	for (i = 0; i < value.n; i++)
		if (str_starts_nocase(str_from(value, i), "tag"))
			return true;
	return false;
}

static void
add_to(struct buf *b, const struct sip_msg *m, int status, const char *tag)
{
	const struct sip_line *to = sip_msg_line(m, SIP_TO, 0);
	const char *end;

	if (to == NULL)
		return;
	if (status == 100 || tag == NULL || to->value.n == 0 ||
	    has_tag(m, to->value)) {
		buf_add_str(b, to->raw);
		return;
	}
	end = to->value.p + to->value.n;
	buf_add(b, to->raw.p, (size_t)(end - to->raw.p));
	buf_puts(b, ";tag=");
	buf_puts(b, tag);
	buf_add(b, end, (size_t)(to->raw.p + to->raw.n - end));
}

/* The message is in `b`: append it whole, or nothing. */
static enum err
finish(struct buf *out, struct buf *b)
{
	enum err err = buf_error(b);

	if (err == ERR_OK)
		err = buf_add_str(out, buf_str(b));
	buf_fini(b);
	return err;
}

enum err
sip_reply(struct buf *out, const struct sip_msg *req, int status,
    const char *reason, const char *to_tag, const char *extra)
{
	struct buf b;

	if (!sip_msg_line(req, SIP_VIA, 0))
		return ERR_SIP_MISSING;
	buf_init(&b, out->ceiling);
	buf_printf(&b, "SIP/2.0 %d %s\r\n", status,
	    reason != NULL ? reason : sip_reason(status));
	add_lines(&b, req, SIP_VIA);
	add_line(&b, sip_msg_line(req, SIP_FROM, 0));
	add_to(&b, req, status, to_tag);
	add_line(&b, sip_msg_line(req, SIP_CALL_ID, 0));
	add_line(&b, sip_msg_line(req, SIP_CSEQ, 0));
	if (status == 100) /* RFC 3261 8.2.6.1 */
		add_line(&b, sip_msg_named(req, "Timestamp", 0));
	if (extra != NULL)
		buf_puts(&b, extra);
	buf_puts(&b, "Content-Length: 0\r\n\r\n");
	return finish(out, &b);
}

/* ACK and CANCEL differ in the method and in whose To they carry. */
static enum err
follow_up(struct buf *out, const struct sip_msg *sent, const char *method,
    const struct sip_msg *to)
{
	const struct sip_line *via = sip_msg_line(sent, SIP_VIA, 0);
	struct str rest, value;
	struct buf b;

	if (!sent->is_request || sent->ruri.n == 0 ||
	    !sip_msg_answerable(sent) || sip_msg_line(to, SIP_TO, 0) == NULL)
		return ERR_SIP_MISSING;
	rest = via->value;
	value = sip_value_next(&rest);
	buf_init(&b, out->ceiling);
	buf_puts(&b, method);
	buf_puts(&b, " ");
	buf_add_str(&b, sent->ruri);
	buf_puts(&b, " SIP/2.0\r\nVia: ");
	buf_add_str(&b, value);
	buf_puts(&b, "\r\n");
	add_lines(&b, sent, SIP_ROUTE);
	buf_puts(&b, "Max-Forwards: 70\r\n");
	add_line(&b, sip_msg_line(sent, SIP_FROM, 0));
	add_line(&b, sip_msg_line(to, SIP_TO, 0));
	add_line(&b, sip_msg_line(sent, SIP_CALL_ID, 0));
	buf_printf(&b, "CSeq: %u %s\r\n", (unsigned)sent->cseq, method);
	buf_puts(&b, "Content-Length: 0\r\n\r\n");
	return finish(out, &b);
}

enum err
sip_ack(struct buf *out, const struct sip_msg *sent, const struct sip_msg *resp)
{
	if (resp == NULL)
		return sip_cancel(out, sent);
	return follow_up(out, sent, "ACK", resp);
}

enum err
sip_cancel(struct buf *out, const struct sip_msg *sent)
{
	return follow_up(out, sent, "CANCEL", sent);
}
