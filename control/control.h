/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control process: owns the configuration, the trustpoint store and the
 * shell's socket; starts, feeds and replaces the workers (DESIGN 3).
 */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include "base/buf.h"
#include "conf/model.h"
#include "proxy/stats.h"
#include "tls/pki/pki.h"

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

struct control_options {
	const char *config;     /* -f */
	const char *state_dir;  /* -d */
	const char *socket;     /* -s */
	int workers;            /* -w */
};

struct control {
	struct control_options opt;
	struct conf *conf;       /* the running configuration, as edited */
	struct pki_store *store;
	bool dirty;              /* edited since it was last applied */
	uint64_t generation;     /* of the last snapshot made */
	long started_ms;
};
extern struct control control;

/* Runs until SIGTERM; the exit status. */
int control_main(const struct control_options *opt);
/* -t: check the file, print FILE:LINE:COL: message; the exit status. */
int control_check(const struct control_options *opt);

/* --- apply.c --- */
/*
 * Make the running configuration the workers': checked whole, or rejected
 * whole with every reason appended to `why` (lines; may be NULL).
 */
enum apply_mode {
	APPLY_STRICT,   /* own identities must be in order */
	APPLY_STARTING  /* faults of own identities only take peers down */
};
enum err control_apply(enum apply_mode mode, struct buf *why) ERR_CHECK;
/* The findings about our own identities; the number of errors. */
unsigned control_judge_identities(const struct conf *c,
    struct pki_store *store, conf_report_fn *report, void *arg);
/* SIGHUP: read the file again. */
void control_reload(void);
/* Write the running configuration to the file, atomically. */
enum err control_write_memory(size_t *bytes) ERR_CHECK;

/* --- workers.c --- */
enum err workers_start(int n) ERR_CHECK;
/* Give all workers this snapshot text; kept for those that come later. */
enum err workers_snapshot(const struct conf *c, json_t *snapshot) ERR_CHECK;
void workers_drain(void);       /* SIGTERM; ends the loop when all are gone */
void workers_child_ended(pid_t pid, int status); /* ignores other pids */
bool workers_is_worker(pid_t pid);
int workers_count(void);
/* {"index","pid","generation","rejected"} of each. */
json_t *workers_json(void);
const struct stats_page *workers_stats(int index);
/* Slot of a peer's counters, stable by name; 0 when none is left. */
int workers_slot(const char *peer);
/* Sum over workers of one peer's counters. */
void workers_sum(const char *peer, struct stats_peer *out);
/* Ask all for their sessions: fn gets an array (owned by it) once all
   answered or 2 s passed. */
typedef void workers_sessions_fn(json_t *rows, void *arg);
enum err workers_sessions(workers_sessions_fn *fn, void *arg) ERR_CHECK;
void workers_sessions_cancel(void *arg);
void workers_clear(const char *host); /* NULL: all sessions */

/* --- history.c: verdicts a peer, log lines --- */
enum { HISTORY_VERDICTS = 64, HISTORY_LINES = 512 };
void history_verdict(const char *peer, json_t *v);   /* takes v */
json_t *history_verdicts(const char *peer);          /* newest first, new ref */
void history_line(const char *line);
void history_write_lines(struct buf *out);
json_t *history_lines(void);

/* --- keys.c: token and ticket keys --- */
/* {"tokens":[...],"tickets":[...]} into the snapshot. */
enum err keys_add(json_t *snapshot) ERR_CHECK;
enum err keys_load(const char *state_dir) ERR_CHECK;

/* --- admin.c: the shell's socket --- */
enum err admin_start(const char *path) ERR_CHECK;
void admin_stop(void);
/* The configuration under the sessions was replaced: back to exec mode. */
void admin_conf_replaced(void);
/* A block of it is about to be freed: no session may stay in it. */
void admin_forget(const void *object);

/* --- show.c, cmd_exec.c: rows --- */
void control_register_rows(void); /* all of them, once */
void show_register(void);
void cmd_exec_register(void);

#endif
