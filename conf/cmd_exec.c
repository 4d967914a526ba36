/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of exec mode that need no daemon. */
#include "conf/object.h"

static enum err
run_enable(struct conf_session *s, const struct conf_args *a)
{
	s->privileged = true;
	return ERR_OK;
}

static enum err
run_disable(struct conf_session *s, const struct conf_args *a)
{
	s->privileged = false;
	return ERR_OK;
}

static enum err
run_configure(struct conf_session *s, const struct conf_args *a)
{
	s->privileged = true;
	s->configured = true;
	s->depth = 1;
	s->stack[1] = (struct conf_frame){ &conf_mode_global,
		conf_session_conf(s) };
	return ERR_OK;
}

static void
leave(struct conf_session *s)
{
	s->depth = 0;
	s->configured = false;
	if (s->ops->leave != NULL)
		s->ops->leave(s, s->arg);
}

static enum err
run_exit(struct conf_session *s, const struct conf_args *a)
{
	if (s->depth > 1)
		s->depth--;
	else if (s->depth == 1)
		leave(s);
	else
		s->done = true;
	return ERR_OK;
}

static enum err
run_end(struct conf_session *s, const struct conf_args *a)
{
	if (s->depth > 0)
		leave(s);
	return ERR_OK;
}

static enum err
run_help(struct conf_session *s, const struct conf_args *a)
{
	return buf_puts(&s->out,
	    "Type ? at any place for what may follow, TAB to complete a "
	    "word.\nWords may be shortened as long as they are unique. 'exit' "
	    "leaves a\nblock, 'end' leaves configuration mode and applies it.\n");
}

#define ACTION(text, short_text, long_text, fn, more)                          \
	{ .syntax = text, .summary = short_text, .doc = long_text,             \
	    .flags = CONF_ACTION | (more), .run = fn }

static const struct conf_cmd rows[] = {
	ACTION("enable", "Turn on privileged commands",
	    "Asks nothing: the control socket's permissions are the "
	    "authentication.", run_enable, 0),
	ACTION("enable <anything>...", "Turn on privileged commands",
	    "What follows is ignored.", run_enable, CONF_HIDDEN),
	ACTION("disable", "Turn off privileged commands",
	    "Back to the first prompt.", run_disable, 0),
	ACTION("configure [terminal]", "Enter configuration mode",
	    "What is typed there takes effect when a block is left.",
	    run_configure, 0),
	ACTION("config [t]", "Enter configuration mode", "As `configure`.",
	    run_configure, CONF_HIDDEN),
	ACTION("exit", "Leave this mode", "In exec mode: end the session.",
	    run_exit, 0),
	ACTION("quit", "Leave this mode", "As `exit`.", run_exit, 0),
	ACTION("logout", "Leave this mode", "As `exit`.", run_exit,
	    CONF_HIDDEN),
	ACTION("end", "Leave configuration mode",
	    "Applies the configuration, or says what is wrong with it.",
	    run_end, 0),
	ACTION("help", "How to get help", "A few lines.", run_help, 0),
	{ .syntax = NULL },
};

const struct conf_mode conf_mode_exec = {
	.name = "exec mode",
	.prompt = "#",
	.cmds = rows,
};
