/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A command that asks, as a table of steps: each may be left out, say
 * something, then ask yes or no or take pasted text. The dialogue owns itself:
 * it is freed after its last step, when a step stops it, and when the session
 * ends in the middle, in which case no further step runs.
 */
#ifndef CONTROL_DIALOGUE_H
#define CONTROL_DIALOGUE_H

#include "base/str.h"
#include "conf/session.h"

struct dialogue;

enum step_next { STEP_NEXT, STEP_AGAIN, STEP_STOP };
enum answer { ANSWER_NO, ANSWER_YES };

struct step {
	bool (*when)(const struct dialogue *d);     /* NULL: always */
	enum step_next (*say)(struct dialogue *d);  /* NULL: nothing */
	/* At most one of the two: */
	const char *question;
	enum step_next (*pasted)(struct dialogue *d, struct str text);
	/* After the question; NULL: "no" stops. */
	enum step_next (*answered)(struct dialogue *d, enum answer a);
	enum answer unasked; /* the answer when nobody is asked */
};

/* First member of a struct of the command's own. */
struct dialogue {
	struct conf_session *s;
	const struct step *steps;
	size_t n_steps, at;
	enum { DIALOGUE_ASKING, DIALOGUE_UNATTENDED } mode;
	void (*free)(struct dialogue *d);
};

/* Takes d. It may be gone on return. */
void dialogue_run(struct dialogue *d);
/* Its output. */
struct buf *dialogue_out(struct dialogue *d);

#endif
