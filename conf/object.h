/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside conf/: a session's state, and blocks found or made by name. */
#ifndef CONF_OBJECT_H
#define CONF_OBJECT_H

#include "conf/lex.h"
#include "conf/session.h"

enum { MOST_DEPTH = 6, MOST_OBJECTS = 10000 };

struct conf_frame {
	const struct conf_mode *mode;
	void *object;
};

struct conf_session {
	const struct conf_session_ops *ops;
	void *arg;
	struct conf_frame stack[MOST_DEPTH];
	int depth;              /* 0: exec */
	bool privileged, failed, json, done, held, configured;
	struct buf out;
	char prompt[320];
	enum conf_want want;
	char question[512];
	conf_answer_fn *answer;
	conf_yes_fn *yes;
	void *answer_arg;
	struct buf paste;
	void *entered;          /* by the apply that just ran */
	int line;               /* of a file; 0: a shell */
	/* a file's errors go here instead of the output */
	conf_report_fn *report;
	void *report_arg;
	unsigned errors;
};

/* exec.c: one line, or one already split into words. */
void conf_run_line(struct conf_session *s, const char *line);
void conf_run_words(struct conf_session *s, struct conf_words *w,
    const char *line);

/* For apply functions of rows that enter a mode. */
void conf_enter(struct conf_session *s, void *object);

/* Found, or made at the end of the list. */
enum err conf_object_get(void **out, void **list, const char *name,
    size_t size, struct conf_pos pos, bool *made) ERR_CHECK;

/* All rows of a mode: registered ones first. NULL ends. */
const struct conf_cmd *conf_mode_row(const struct conf_mode *m, size_t i);

void conf_write_mode(const struct conf_mode *m, const void *object,
    enum conf_write_what what, int indent, struct buf *out);

#endif
