/* SPDX-License-Identifier: BSD-2-Clause */
/* Availability: watching the other side, and being watched. */
#ifndef LAB_PRESENCE_H
#define LAB_PRESENCE_H

#include "tools/lab/dialog.h"

/* Watch, refresh, stop. NULL: fulfilled; else what went wrong. */
const char *presence_run(struct lab *l);
void presence_subscribe(struct lab *l, struct link *k, const struct text *t,
    struct dialog *d);
void presence_notify(struct lab *l, struct link *k, const struct text *t,
    struct dialog *d);
/* Send what the answers to our NOTIFYs made due. */
void presence_step(struct lab *l, struct dialog *d);

#endif
