/* SPDX-License-Identifier: BSD-2-Clause */
/* Instant messages in sessions: calling, and being called. */
#ifndef LAB_IM_H
#define LAB_IM_H

#include "tools/lab/dialog.h"

/* Call, type, talk both ways, end. NULL: fulfilled; else what failed. */
const char *im_run(struct lab *l);
void im_invite(struct lab *l, struct link *k, const struct text *t);
/* ACK, INFO, MESSAGE, BYE in a session. */
void im_within(struct lab *l, struct link *k, const struct text *t,
    struct dialog *d);

#endif
