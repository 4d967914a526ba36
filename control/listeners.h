/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Listening sockets: one for every `listen` line and worker (SO_REUSEPORT),
 * opened by control, kept across a worker's death and across configurations
 * that keep the line.
 */
#ifndef CONTROL_LISTENERS_H
#define CONTROL_LISTENERS_H

#include "conf/model.h"

#include <jansson.h>

/*
 * Open what the configuration asks for and is not open yet; nothing is closed
 * until listeners_drop_unused(). *list is the snapshot's "listeners", in the
 * order of listeners_fds(). ERR_SYSTEM: listeners_why() names the address.
 */
enum err listeners_update(const struct conf *c, int workers, json_t **list)
    ERR_CHECK;
void listeners_drop_unused(void);
const char *listeners_why(void);

/* Append this worker's sockets to fds. ERR_FULL beyond most. */
enum err listeners_fds(int worker, int *fds, int *n, int most) ERR_CHECK;

#endif
