/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a peer is: its address lines by priority, names by A and AAAA, `srv`
 * by _sipfederationtls._tcp (RFC 3263, RFC 2782 order), asynchronously on our
 * loop. Found hosts also become sources that the peer may come from.
 */
#ifndef PROXY_RESOLVE_H
#define PROXY_RESOLVE_H

#include "proxy/snapshot.h"

struct resolve;

typedef void resolve_fn(enum err err, const struct addr *list, size_t n,
    void *arg);

/*
 * fn is called once, later or (IP literals only) before this returns, with
 * *out NULL then. ERR_DIAL_RESOLVE when nothing was found within 5 seconds.
 */
enum err resolve_peer(struct resolve **out, struct peer *p, resolve_fn *fn,
    void *arg) ERR_CHECK;
void resolve_cancel(struct resolve *r); /* fn is not called */

/* The name servers of a snapshot ("dns name-server"), or the system's. */
enum err resolve_start(const struct conf *c) ERR_CHECK;
void resolve_stop(void);

#endif
