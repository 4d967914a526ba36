/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which peer a request goes to (RFC 3261 16.4, 16.5): by the token of our own
 * Route, by a preloaded Route that names a peer, by the domain of the
 * Request-URI.
 */
#ifndef PROXY_ROUTE_H
#define PROXY_ROUTE_H

#include "proxy/snapshot.h"
#include "sip/msg.h"

struct route {
	size_t own_routes;      /* Route values at the top that are ours */
	bool strict;            /* the Request-URI was our Record-Route */
	struct str strict_uri;  /* then: the last Route is the real one */
	bool has_token;
	struct peer *target;
	bool ours;              /* the request is for ourselves */
};

/*
 * ERR_POLICY_ROUTE (403), ERR_POLICY_TRANSIT (403), ERR_ROUTE_NONE (404). The
 * sender is judged by the token too: it must be one of the dialog's two.
 */
enum err route_find(struct route *out, const struct peer *sender,
    const struct sip_msg *m) ERR_CHECK;

#endif
