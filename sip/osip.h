/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Internal to sip/: the second opinion of libosip2. Our strict parsers say
 * what the host, tag, branch or number is; each function here says whether
 * libosip2 reads the same. Two parsers that disagree are an attack.
 */
#ifndef SIP_OSIP_H
#define SIP_OSIP_H

#include "sip/msg.h"

/* ERR_OK: they agree. ERR_SIP_SYNTAX: they do not, or it is too large. */
enum err sip_osip_uri(struct str uri, struct str host) ERR_CHECK;
/* A whole From-like value; host empty: a scheme that is neither. */
enum err sip_osip_addr(struct str text, struct str host, struct str tag)
    ERR_CHECK;
enum err sip_osip_via(struct str text, const struct sip_via *via) ERR_CHECK;
enum err sip_osip_cseq(struct str text, struct str number, struct str method)
    ERR_CHECK;

#endif
