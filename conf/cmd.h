/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A command is a row (style 4.5). The row drives parsing, "no", ?, TAB,
 * running-config and the generated reference. Two kinds: settings, bound to a
 * field or with apply/write functions of their own, and actions (run).
 */
#ifndef CONF_CMD_H
#define CONF_CMD_H

#include "base/buf.h"
#include "conf/model.h"

#include <stdbool.h>
#include <stddef.h>

struct conf_session;
struct conf_mode;
struct conf_bind;   /* conf/bind.h: typed field bindings for settings */

enum { CONF_ARGS_MAX = 32 }; /* no line has more words */

/* What the words of a line matched. */
struct conf_args {
	const char *word[CONF_ARGS_MAX];  /* values of <placeholders> in order */
	size_t n;
	const char *syntax;               /* of the row that matched */
	unsigned char token[CONF_ARGS_MAX]; /* index there of each value */
	unsigned typed;                   /* bit i: token i was there */
	unsigned chosen[CONF_ARGS_MAX];   /* index of each {a|b} alternative */
	size_t n_chosen;
	struct conf_pos pos[CONF_ARGS_MAX];
	bool no;                          /* "no" stood before it */
	bool has[CONF_ARGS_MAX];          /* each [optional] group: present? */
	const char *line;                 /* the whole line as typed */
};
/* The value of <name> in the row's syntax; NULL: not given. */
const char *conf_arg(const struct conf_args *a, const char *name);
/* Was this literal word (any place in the syntax) typed? */
bool conf_arg_word(const struct conf_args *a, const char *word);

enum conf_flag {
	CONF_ACTION = 1,   /* not a setting: never in running-config */
	CONF_ANYWHERE = 2, /* an action also reachable from every sub-mode */
	CONF_NO_OK = 4,    /* an action that accepts "no" */
	CONF_HIDDEN = 8,   /* not in ? nor reference (aliases) */
	CONF_NO_BARE = 16  /* "no" needs no value: there is only one */
};

struct conf_cmd {
	const char *syntax;  /* "listen <ip:addr> port <port:1-65535>" */
	const char *summary; /* one line for ? */
	const char *doc;     /* for the reference */
	const char *dflt;    /* default as text, or NULL */
	unsigned flags;
	const struct conf_bind *bind;  /* settings of one field */
	/* settings with a shape of their own; object: the mode's object */
	enum err (*apply)(struct conf_session *s, void *object,
	    const struct conf_args *a);
	void (*write)(const void *object, enum conf_write_what what,
	    struct buf *out);
	enum err (*run)(struct conf_session *s, const struct conf_args *a);
	const struct conf_mode *enter; /* apply/run then enters this mode */
};

struct conf_mode {
	const char *name;       /* "ca-trustpoint" */
	const char *prompt;     /* "(config-ca-trustpoint)#" */
	const struct conf_mode *parent;
	const struct conf_cmd *cmds; /* ends with a row whose syntax is NULL */
};

/* The modes: exec first (">" and "#"), then configuration. */
extern const struct conf_mode conf_mode_exec, conf_mode_global,
    conf_mode_trustpoint, conf_mode_cert_chain, conf_mode_interface,
    conf_mode_federation, conf_mode_peer, conf_mode_inspect,
    conf_mode_inspect_parameters;

/*
 * Rows of the layers above: control registers show, clear, crypto actions ...
 * at start-up. exec rows are reachable from every configuration mode too
 * (as "show" on newer ASAs). `rows` must live forever, end with syntax NULL.
 */
void conf_extend(const struct conf_mode *mode, const struct conf_cmd *rows);

/* Markdown reference of all rows, registered ones included. */
enum err conf_doc(struct buf *out) ERR_CHECK;

#endif
