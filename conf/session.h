/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One operator's session: the mode stack over a configuration, one line at a
 * time, questions and pasted text included. No I/O: control (the shell's
 * socket) and tests feed lines and fetch output.
 */
#ifndef CONF_SESSION_H
#define CONF_SESSION_H

#include "conf/cmd.h"

enum conf_want {      /* what the next line that is fed will be */
	CONF_WANT_COMMAND,
	CONF_WANT_ANSWER, /* to a question: the prompt is the question */
	CONF_WANT_SECRET, /* as an answer, not echoed, not in any history */
	CONF_WANT_PASTE,  /* lines until "quit" on a line by itself */
	CONF_WANT_NOTHING /* an action is under way; wait */
};

struct conf_session_ops {
	/* The configuration that this session edits and shows. */
	struct conf *(*conf)(void *arg);
	/* A setting changed it; mode depth 0 = exec, 1 = global, 2 = sub-mode. */
	void (*changed)(struct conf_session *s, void *arg);
	/* Leaving configuration mode (end, exit from global, close): last call
	   to apply; report errors with conf_session_error(). */
	void (*leave)(struct conf_session *s, void *arg);
	/* An asynchronous action finished: fetch output and prompt again. */
	void (*wake)(struct conf_session *s, void *arg);
};

enum err conf_session_new(struct conf_session **out,
    const struct conf_session_ops *ops, void *arg) ERR_CHECK;
void conf_session_free(struct conf_session *s); /* calls leave if needed */
void *conf_session_arg(struct conf_session *s);
struct conf *conf_session_conf(struct conf_session *s);
const struct conf_mode *conf_session_mode(struct conf_session *s);
void *conf_session_object(struct conf_session *s); /* of the mode; or NULL */
int conf_session_depth(struct conf_session *s);    /* 0 exec, 1 global, 2.. */
/* The object of the current mode was deleted: drop to global. */
void conf_session_forget(struct conf_session *s, const void *object);

/*
 * Feed one line (no newline). A command, an answer or pasted text, by what is
 * wanted. Unique prefixes are accepted, keywords in any case; a line that does
 * not belong to the sub-mode but wholly matches a parent is run there. Errors
 * go to the output as the ASA words them, with a caret and "did you mean".
 * An action may also be typed in exec mode; a setting there gets "type
 * 'configure terminal' first". Output filters: "| include|exclude|begin TEXT".
 */
void conf_session_line(struct conf_session *s, const char *line);
/* "?" after what is typed so far; TAB: candidates of the last word, one a
   line. Nothing is run. */
enum err conf_session_help(struct conf_session *s, const char *typed,
    struct buf *out) ERR_CHECK;
enum err conf_session_complete(struct conf_session *s, const char *typed,
    struct buf *out) ERR_CHECK;

struct buf *conf_session_out(struct conf_session *s); /* append; drain */
const char *conf_session_prompt(struct conf_session *s); /* "edge1(config)# " */
enum conf_want conf_session_want(struct conf_session *s);
/* Has the last command failed? Reset by the next command. */
bool conf_session_failed(struct conf_session *s);
/* Mark the last command failed and print "ERROR: ..." + newline. */
void conf_session_error(struct conf_session *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* For -j: set by control; show actions look at it. */
void conf_session_set_json(struct conf_session *s, bool on);
bool conf_session_json(const struct conf_session *s);
/* "exit" in exec mode was typed: the connection may be closed. */
bool conf_session_done(const struct conf_session *s);

/*
 * For actions: ask, and return. fn gets the answer (or the pasted text, or
 * NULL when the session ends) and may ask again. yes/no: conf_answer_yes()
 * accepts y, yes, n, no in any case; asks again by itself on anything else.
 */
typedef void conf_answer_fn(struct conf_session *s, const char *answer,
    void *arg);
void conf_session_ask(struct conf_session *s, enum conf_want kind,
    const char *prompt, conf_answer_fn *fn, void *arg);
typedef void conf_yes_fn(struct conf_session *s, bool yes, void *arg);
/* fn is called with yes = false when the session ends. */
void conf_session_ask_yes(struct conf_session *s, const char *prompt,
    conf_yes_fn *fn, void *arg);
/* An action that waits for something else (a job). */
void conf_session_hold(struct conf_session *s);
void conf_session_release(struct conf_session *s); /* calls ops->wake */

#endif
