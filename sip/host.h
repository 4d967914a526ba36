/* SPDX-License-Identifier: BSD-2-Clause */
/* Internal to sip/: host[:port], of a URI and of a Via's sent-by. */
#ifndef SIP_HOST_H
#define SIP_HOST_H

#include "base/str.h"

/*
 * LDH labels, an IPv4 or a bracketed IPv6 literal, and a port from 1 to
 * 65535 (0: absent). Blanks around the colon only as Via allows them: the
 * caller's text has none where they are not allowed.
 */
bool sip_host_parse(struct str text, struct str *host, uint16_t *port);

#endif
