/* SPDX-License-Identifier: BSD-2-Clause */
/* What the SIP tests share: cmocka in the right order, parsing from text. */
#ifndef SIP_FIXTURE_H
#define SIP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* cmocka wants the four above first. */
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "sip/msg.h"

#define CRLF "\r\n"

/* The five lines without which nothing is answerable. */
#define FIVE                                                                   \
	"Via: SIP/2.0/TLS a.example:5061;branch=z9hG4bK1" CRLF                 \
	"From: <sip:kim@a.example>;tag=1" CRLF                                 \
	"To: <sip:bob@b.example>" CRLF                                         \
	"Call-ID: c1" CRLF                                                     \
	"CSeq: 1 SUBSCRIBE" CRLF
#define START "SUBSCRIBE sip:bob@b.example SIP/2.0" CRLF

/* A subscription as a Lync Edge sends it. */
#define LYNC_START "SUBSCRIBE sip:bob@cisco.example SIP/2.0" CRLF
#define LYNC_VIAS_1                                                            \
	"Via: SIP/2.0/TLS sip.contoso.example:5061;"                           \
	"branch=z9hG4bK0D6A9383.D119DEC5;branched=FALSE;"                      \
	"ms-internal-info=\"ab-_x9\"" CRLF
#define LYNC_HOPS   "Max-Forwards: 67" CRLF
#define LYNC_VIAS_2                                                            \
	"Content-Length: 0" CRLF                                               \
	"Via: SIP/2.0/TLS 10.55.55.33:47696;"                                  \
	"branch=z9hG4bKC45BE092.1A435385;branched=FALSE;"                      \
	"ms-received-port=47696;ms-received-cid=200" CRLF                      \
	"Via: SIP/2.0/TLS 10.55.55.22:4317;ms-received-port=4317;"             \
	"ms-received-cid=67F00" CRLF
#define LYNC_REST                                                              \
	"Record-Route: <sip:sip.contoso.example:5061;transport=tls;lr;"        \
	"epid=edge;ms-route-sig=aaBB_-1>;tag=44AA" CRLF                        \
	"From: \"Kim, Akers\"<sip:kim@contoso.example>;tag=dfac414f0f;"        \
	"epid=ce4ccd49ad" CRLF                                                 \
	"To: <sip:bob@cisco.example>" CRLF                                     \
	"Call-ID: cecb8c21ba01462a90f2f7235673f2b9" CRLF                       \
	"CSeq: 1 SUBSCRIBE" CRLF                                               \
	"Contact: <sip:kim@contoso.example;opaque=user:epid:XHiWcZA4Tla;gruu>" \
	CRLF "User-Agent: UCCAPI/15.0.4971.1000 (Microsoft Lync)" CRLF         \
	"Event: presence" CRLF                                                 \
	"Accept: application/msrtc-event-categories+xml, text/xml,"            \
	CRLF " application/rlmi+xml, multipart/related" CRLF                   \
	"Supported: com.microsoft.autoextend" CRLF                             \
	"Supported: ms-piggyback-first-notify" CRLF                            \
	"ms-asserted-verification-level: ms-source-verified-user=verified"     \
	CRLF "Expires: 7200" CRLF CRLF
#define LYNC (LYNC_START LYNC_VIAS_1 LYNC_HOPS LYNC_VIAS_2 LYNC_REST)

static inline enum err
parse_bytes(struct sip_msg **m, const char *text, size_t n, size_t body)
{
	char *copy = mem_alloc(n);

	if (copy == NULL) {
		*m = NULL;
		return ERR_NOMEM;
	}
	memcpy(copy, text, n);
	return sip_msg_parse(m, copy, n - body, body);
}

static inline enum err
parse_text(struct sip_msg **m, const char *text)
{
	return parse_bytes(m, text, strlen(text), 0);
}

#define assert_str(s, text)                                                    \
	do {                                                                   \
		struct str s_ = (s);                                           \
		assert_int_equal(s_.n, strlen(text));                          \
		assert_memory_equal(s_.n ? s_.p : "", text, s_.n);             \
	} while (0)

#endif
