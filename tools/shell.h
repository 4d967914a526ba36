/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the operator's shell: the control socket (shell_link.c), lines
 * from standard input (shell_input.c), the line editor (shell_edit.c).
 */
#ifndef TOOLS_SHELL_H
#define TOOLS_SHELL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#include <signal.h>
#include <stdbool.h>

enum { SHELL_LINE = 1 << 20 }; /* bytes a line of the protocol at most */

enum shell_want { WANT_COMMAND, WANT_ANSWER, WANT_SECRET, WANT_PASTE };
enum shell_end {
	SHELL_OK,
	SHELL_CLOSED,      /* the daemon went away, or input ended */
	SHELL_INTERRUPTED, /* the operator's ^C */
	SHELL_GARBLED      /* not our protocol */
};
enum shell_form { FORM_TEXT, FORM_JSON };

/* The daemon's turn at an end: what it wants next. */
struct shell_turn {
	enum shell_want want;
	char prompt[512];
	bool ok;
	bool done;
};

struct shell_link {
	int fd;
	struct buf in;
};

/* Where output lines go; arg is the caller's. */
typedef void shell_out_fn(const char *text, void *arg);

/* ERR_IO: nobody listens there (errno says more). */
enum err shell_link_open(struct shell_link *l, const char *path) ERR_CHECK;
void shell_link_close(struct shell_link *l);
/* Send one request of a kind ("line", "help", "complete"). */
enum shell_end shell_link_send(struct shell_link *l, const char *kind,
    const char *text, enum shell_form form) ERR_CHECK;
/* Read until the daemon wants something. */
enum shell_end shell_link_turn(struct shell_link *l, struct shell_turn *t,
    shell_out_fn *out, void *arg) ERR_CHECK;

/* Write to standard output; control characters stay off a terminal. */
void shell_print(const char *text, void *arg);

/* One line of standard input without its line end. False: end of input. */
bool shell_input_line(struct buf *line);
/* The same from a terminal without echo. */
bool shell_input_secret(struct buf *line, const char *prompt);

/* Set by SIGINT; whoever acts on it clears it. */
extern volatile sig_atomic_t shell_interrupted;

struct shell_edit;
/* NULL: the terminal cannot be edited on. */
struct shell_edit *shell_edit_new(struct shell_link *l);
void shell_edit_free(struct shell_edit *e);
/* Ask the operator what t wants. SHELL_CLOSED: ^D. */
enum shell_end shell_edit_read(struct shell_edit *e, const struct shell_turn *t,
    struct buf *line) ERR_CHECK;

#endif
