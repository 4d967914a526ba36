/* SPDX-License-Identifier: BSD-2-Clause */
/* May this peer speak for this user? Pure functions (DESIGN 4, rulings). */
#ifndef PROXY_POLICY_H
#define PROXY_POLICY_H

#include "proxy/snapshot.h"
#include "sip/msg.h"

/*
 * From and every P-Asserted-Identity must name a domain of the peer.
 * ERR_POLICY_FROM, ERR_POLICY_PAI. `allow-anonymous` admits a From and an
 * asserted identity without a domain, never another peer's.
 */
enum err policy_identity(const struct peer *p, const struct sip_msg *m)
    ERR_CHECK;

/* Partner to partner, or inside to inside: ERR_POLICY_TRANSIT. */
enum err policy_transit(const struct peer *from, const struct peer *to)
    ERR_CHECK;

#endif
