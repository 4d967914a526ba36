/* SPDX-License-Identifier: BSD-2-Clause */
/* A readable line, and a JSON line in --ladder, for every message. */
#ifndef LAB_LADDER_H
#define LAB_LADDER_H

#include "tools/lab/lab.h"

enum ladder_dir { LADDER_OUT, LADDER_IN };

void ladder_message(struct lab *l, enum ladder_dir dir, const char *peer,
    const struct text *t);

#endif
