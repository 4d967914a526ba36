/* SPDX-License-Identifier: BSD-2-Clause */
/* Every message that comes in: judged, then handed to whom it concerns. */
#ifndef LAB_SERVE_H
#define LAB_SERVE_H

#include "tools/lab/link.h"

void serve_message(struct lab *l, struct link *k, struct str raw);

#endif
