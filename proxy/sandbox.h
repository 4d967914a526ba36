/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a worker gives up once it runs: new programs, writing to the file
 * system, tracing, new privileges, core dumps (DESIGN 9, promise 5).
 */
#ifndef PROXY_SANDBOX_H
#define PROXY_SANDBOX_H

#include "base/err.h"

enum err sandbox_enter(void) ERR_CHECK;

#endif
