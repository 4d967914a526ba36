/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters in a page of shared memory per worker, written by that worker
 * alone and read by control. A peer keeps its slot across configurations.
 */
#ifndef PROXY_STATS_H
#define PROXY_STATS_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { STATS_PEERS = 1024 }; /* slots; slot 0 counts what fits no peer */

struct stats_peer {
#define S(name, what) volatile uint64_t name;
#include "proxy/stats.def"
#undef S
};

struct stats_page {
	volatile uint64_t generation;  /* snapshot that the worker runs */
	volatile uint64_t sessions;    /* TLS connections up now */
	volatile uint64_t most_sessions;
	volatile uint64_t transactions; /* alive now */
	struct stats_peer peer[STATS_PEERS];
};

/* A fresh memfd of a page, mapped; the fd goes to the worker. */
enum err stats_create(struct stats_page **out, int *fd) ERR_CHECK;
enum err stats_attach(struct stats_page **out, int fd) ERR_CHECK;
void stats_release(struct stats_page *p);

/* The rows by index: for show and metrics. NULL past the end. */
const char *stats_name(size_t i);
const char *stats_what(size_t i);
uint64_t stats_value(const struct stats_peer *p, size_t i);

/* Of this worker; a private page in tests. */
extern struct stats_page *stats;

#endif
