/* SPDX-License-Identifier: BSD-2-Clause */
/* Single requests: OPTIONS, the offer of compression, BENOTIFY. */
#ifndef LAB_PROBE_H
#define LAB_PROBE_H

#include "tools/lab/dialog.h"

const char *probe_options(struct lab *l);
const char *probe_negotiate(struct lab *l);
const char *probe_benotify(struct lab *l);
/* What an Edge says first on a new connection. */
struct txn *probe_offer_compression(struct lab *l, struct link *k);

#endif
