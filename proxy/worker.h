/* SPDX-License-Identifier: BSD-2-Clause */
/* A worker's life: snapshot in, listen, relay, drain and stop. */
#ifndef PROXY_WORKER_H
#define PROXY_WORKER_H

#include "proxy/snapshot.h"

/* The process after exec: fd 3 is the link, fd 4 the page of counters. */
enum { WORKER_LINK_FD = 3, WORKER_STATS_FD = 4 };
int worker_main(int index);

/* The snapshot that is current; NULL before the first. */
struct snapshot *worker_snapshot(void);

#endif
