/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A SIP message as it came: an index of raw header lines over the original
 * bytes, and the few decoded values that a decision needs. Shared and
 * read-only once parsed. libosip2 says what a header means; the raw line is
 * what travels (DESIGN 4).
 */
#ifndef SIP_MSG_H
#define SIP_MSG_H

#include "base/err.h"
#include "base/str.h"
#include "sip/uri.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sip_hdr {
	SIP_OTHER, SIP_VIA, SIP_FROM, SIP_TO, SIP_CALL_ID, SIP_CSEQ,
	SIP_CONTACT, SIP_ROUTE, SIP_RECORD_ROUTE, SIP_MAX_FORWARDS,
	SIP_CONTENT_LENGTH, SIP_PROXY_REQUIRE, SIP_P_ASSERTED_IDENTITY,
	SIP_EVENT, SIP_REQUIRE
};

/* Limits before libosip2 sees anything; performance.md 3. */
enum {
	SIP_MAX_HEAD = 65536,     /* bytes of start line and headers */
	SIP_MAX_LINES = 256,      /* headers */
	SIP_MAX_LINE = 8192,      /* bytes of one header, folds included */
	SIP_MAX_URI = 1024,       /* bytes of the Request-URI */
	SIP_MAX_BODY = 5120000    /* bytes; Lync's server-to-server limit */
};

/* One header: its folds belong to it. Slices point into the message. */
struct sip_line {
	enum sip_hdr id;   /* compact forms and any case are recognised */
	struct str name;
	struct str value;  /* trimmed; may hold folds (CRLF SP) inside */
	struct str raw;    /* the whole line(s) with the final CRLF */
};

/* The top Via value, decoded. */
struct sip_via {
	struct str host;     /* sent-by host, brackets of IPv6 kept */
	uint16_t port;       /* 0: absent */
	struct str branch;   /* empty: absent */
	bool alias;          /* RFC 5923 */
};

struct sip_msg {
	unsigned refs;
	bool is_request;
	struct str bytes;    /* head + body, owned by the message */
	struct str start;    /* start line without CRLF */
	struct str method;   /* of a request; of CSeq for a response */
	struct str ruri;     /* raw Request-URI; empty for a response */
	struct sip_uri uri;  /* decoded Request-URI (sip, sips) */
	int status;          /* of a response */
	struct str reason;
	struct sip_line *lines;
	size_t n_lines;
	struct str body;
	bool has_length;     /* a Content-Length header is there */

	struct sip_via via;           /* top value; host empty: no Via */
	struct sip_uri from_uri;      /* decoded; scheme may be tel */
	struct str from_tag;
	struct sip_uri to_uri;
	struct str to_tag;
	struct str call_id;
	uint32_t cseq;
	struct str cseq_method;
	int max_forwards;             /* -1: absent */
};

/*
 * Index and decode a whole message (head with its final empty line, body of
 * exactly Content-Length bytes). Takes ownership of `bytes` (mem_alloc'd)
 * whether or not it succeeds. On a syntax error *out is still given, with
 * whatever could be indexed, when a reply to it is possible (the Via, From,
 * To, Call-ID and CSeq lines exist); otherwise *out is NULL.
 */
enum err sip_msg_parse(struct sip_msg **out, char *bytes, size_t head,
    size_t body) ERR_CHECK;

struct sip_msg *sip_msg_ref(struct sip_msg *m);
void sip_msg_unref(struct sip_msg *m); /* NULL is fine */

/* The i-th (from 0) header of this id, or NULL. */
const struct sip_line *sip_msg_line(const struct sip_msg *m, enum sip_hdr id,
    size_t i);
/* By full name, any case. */
const struct sip_line *sip_msg_named(const struct sip_msg *m, const char *name,
    size_t i);

/* The lines that a reply copies are all there. */
bool sip_msg_answerable(const struct sip_msg *m);

bool sip_msg_is(const struct sip_msg *m, const char *method); /* exact case */

/*
 * Everything refused before routing, as a table of rules over the decoded
 * message (RFC 3261 16.3, RFC 4475): mandatory headers present once, CSeq
 * method equals the request's, version, URI scheme (416), Proxy-Require
 * (420 but for ms-benotify), body and Content-Length agree. Max-Forwards is
 * not judged here.
 */
enum err sip_check(const struct sip_msg *m) ERR_CHECK;

#endif
