/* SPDX-License-Identifier: BSD-2-Clause */
/* The peer's `policy-map type inspect sip`, applied to what it sends. */
#ifndef PROXY_INSPECT_H
#define PROXY_INSPECT_H

#include "proxy/session.h"

enum inspect_verdict {
	INSPECT_PASS,
	INSPECT_DROP,       /* the message vanishes, counted and logged */
	INSPECT_CLOSE,      /* and the connection with it */
};

enum inspect_verdict inspect_request(struct session *s,
    const struct sip_msg *m);

#endif
