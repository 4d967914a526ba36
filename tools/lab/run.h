/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting within a scenario, while serving goes on. */
#ifndef LAB_RUN_H
#define LAB_RUN_H

#include "tools/lab/dialog.h"

/* Until cond holds, the patience of --timeout ends, or a signal comes. */
#define RUN_WAIT(l, cond)                                                      \
	do {                                                                   \
		long run_end = lab_now() + (l)->o.timeout_ms;                  \
		while (!(cond) && !lab_stop && lab_now() < run_end)            \
			lab_turn((l), 50);                                     \
	} while (0)

/* "SUBSCRIBE was answered by 403", "no answer to INVITE in time". */
const char *run_status(struct lab *l, const struct txn *x);
/* Open all connections; NULL or why not. */
const char *run_connect(struct lab *l);
/* Run the scenarios asked for; how many failed. */
unsigned run_all(struct lab *l);
/* Answer as --serve, --serve-for and --expect say. */
void run_serve(struct lab *l);
/* Say what was expected and did not come; how much. */
unsigned run_expected(struct lab *l);

#endif
