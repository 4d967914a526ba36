/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work that would block the loop, in a forked child with a deadline: the
 * child writes its result to a pipe, the loop collects it. The child has no
 * descriptor of ours but that pipe and stderr, and dies with its parent.
 */
#ifndef CONTROL_JOB_H
#define CONTROL_JOB_H

#include "base/err.h"
#include "base/str.h"

enum { JOB_OUTPUT_MOST = 1 << 20, JOB_MOST = 16 };

/* Runs in the child; writes at most JOB_OUTPUT_MOST bytes to fd_out. */
typedef enum err job_work_fn(int fd_out, void *arg);
/*
 * Once, from the loop: what work() returned, or ERR_TIMEOUT, ERR_FULL (too
 * much output), ERR_SYSTEM (it died). output is wiped afterwards.
 */
typedef void job_done_fn(enum err err, struct str output, void *arg);

/*
 * Start work(fd, arg) as "sipfedd: job <title>". On ERR_OK done() will be
 * called; otherwise never: ERR_BUSY (JOB_MOST run already), ERR_NOMEM,
 * ERR_SYSTEM.
 */
enum err job_run(const char *title, job_work_fn *work, void *arg,
    long deadline_ms, job_done_fn *done, void *done_arg) ERR_CHECK;

/* Kill the jobs whose done() would get done_arg; it is not called. */
void job_cancel(const void *done_arg);

/* For work(): all of it, or ERR_IO. */
enum err job_write(int fd_out, struct str text) ERR_CHECK;

#endif
