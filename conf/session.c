/* SPDX-License-Identifier: BSD-2-Clause */
/* A session's life: modes, prompts, questions, pasted text. See session.h. */
#include "conf/object.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { OUT_MOST = 16 << 20, PASTE_MOST = 1 << 20 };

enum err
conf_session_new(struct conf_session **out,
    const struct conf_session_ops *ops, void *arg)
{
	struct conf_session *s = mem_new(struct conf_session);

	if (s == NULL)
		return ERR_NOMEM;
	s->ops = ops;
	s->arg = arg;
	s->stack[0].mode = &conf_mode_exec;
	buf_init(&s->out, OUT_MOST);
	buf_init(&s->paste, PASTE_MOST);
	*out = s;
	return ERR_OK;
}

static void
drop_question(struct conf_session *s)
{
	conf_answer_fn *answer = s->answer;
	conf_yes_fn *yes = s->yes;

	s->answer = NULL;
	s->yes = NULL;
	s->want = CONF_WANT_COMMAND;
	if (answer != NULL)
		answer(s, NULL, s->answer_arg);
	else if (yes != NULL)
		yes(s, false, s->answer_arg);
}

void
conf_session_free(struct conf_session *s)
{
	if (s == NULL)
		return;
	while (s->answer != NULL || s->yes != NULL)
		drop_question(s);
	if (s->configured && s->ops->leave != NULL)
		s->ops->leave(s, s->arg);
	buf_fini(&s->out);
	buf_fini(&s->paste);
	mem_free(s);
}

void *conf_session_arg(struct conf_session *s) { return s->arg; }

struct conf *
conf_session_conf(struct conf_session *s)
{
	return s->ops->conf(s->arg);
}

const struct conf_mode *
conf_session_mode(struct conf_session *s)
{
	return s->stack[s->depth].mode;
}

void *
conf_session_object(struct conf_session *s)
{
	return s->stack[s->depth].object;
}

int
conf_session_depth(struct conf_session *s)
{
	return s->depth;
}

void
conf_session_forget(struct conf_session *s, const void *object)
{
	int i;

	for (i = 2; i <= s->depth; i++)
		if (s->stack[i].object == object)
			s->depth = 1;
}

struct buf *
conf_session_out(struct conf_session *s)
{
	return &s->out;
}

const char *
conf_session_prompt(struct conf_session *s)
{
	const struct conf *c;

	if (s->want == CONF_WANT_PASTE)
		return "";
	if (s->want != CONF_WANT_COMMAND)
		return s->question;
	c = conf_session_conf(s);
	if (s->depth == 0)
		snprintf(s->prompt, sizeof(s->prompt), "%.200s%s ",
		    c->hostname, s->privileged ? "#" : ">");
	else
		snprintf(s->prompt, sizeof(s->prompt), "%.200s%s ",
		    c->hostname, s->stack[s->depth].mode->prompt);
	return s->prompt;
}

enum conf_want
conf_session_want(struct conf_session *s)
{
	return s->held ? CONF_WANT_NOTHING : s->want;
}

bool conf_session_failed(struct conf_session *s) { return s->failed; }
void conf_session_set_json(struct conf_session *s, bool on) { s->json = on; }
bool conf_session_json(const struct conf_session *s) { return s->json; }
bool conf_session_done(const struct conf_session *s) { return s->done; }

void
conf_session_error(struct conf_session *s, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	s->failed = true;
	if (s->report != NULL) {
		s->errors++;
		s->report(CONF_ERROR, (struct conf_pos){ s->line, 1 }, text,
		    s->report_arg);
		return;
	}
	buf_printf(&s->out, "ERROR: %s\n", text);
}

void
conf_session_ask(struct conf_session *s, enum conf_want kind,
    const char *prompt, conf_answer_fn *fn, void *arg)
{
	s->want = kind;
	str_copy(s->question, sizeof(s->question), str_of(prompt));
	s->answer = fn;
	s->yes = NULL;
	s->answer_arg = arg;
	buf_clear(&s->paste);
}

void
conf_session_ask_yes(struct conf_session *s, const char *prompt,
    conf_yes_fn *fn, void *arg)
{
	conf_session_ask(s, CONF_WANT_ANSWER, prompt, NULL, arg);
	s->yes = fn;
}

void
conf_session_hold(struct conf_session *s)
{
	s->held = true;
}

void
conf_session_release(struct conf_session *s)
{
	s->held = false;
	if (s->ops->wake != NULL)
		s->ops->wake(s, s->arg);
}

static void
feed_paste(struct conf_session *s, const char *line)
{
	conf_answer_fn *fn = s->answer;

	if (strcasecmp(line, "quit") != 0) {
		if (buf_puts(&s->paste, line) != ERR_OK ||
		    buf_puts(&s->paste, "\n") != ERR_OK)
			s->paste.failed = true; /* said when it ends */
		return;
	}
	s->want = CONF_WANT_COMMAND;
	s->answer = NULL;
	if (buf_error(&s->paste) != ERR_OK)
		conf_session_error(s, "the pasted text is too long");
	fn(s, s->failed ? NULL : buf_cstr(&s->paste), s->answer_arg);
}

static void
feed_yes(struct conf_session *s, const char *line)
{
	conf_yes_fn *fn = s->yes;
	bool yes = strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0;
	bool no = strcasecmp(line, "n") == 0 || strcasecmp(line, "no") == 0;

	if (!yes && !no) {
		buf_puts(&s->out, "% Please answer 'yes' or 'no'.\n");
		return;
	}
	s->want = CONF_WANT_COMMAND;
	s->yes = NULL;
	fn(s, yes, s->answer_arg);
}

void
conf_session_line(struct conf_session *s, const char *line)
{
	char trimmed[LEX_LINE];
	conf_answer_fn *fn = s->answer;
	struct str t = str_trim(str_of(line));

	if (s->held)
		return;
	if (t.n >= sizeof(trimmed)) {
		s->failed = true;
		buf_puts(&s->out, "ERROR: % the line is too long\n");
		return;
	}
	if (s->want == CONF_WANT_SECRET)
		t = str_of(line);
	str_copy(trimmed, sizeof(trimmed), t);
	if (s->want == CONF_WANT_COMMAND) {
		s->failed = false;
		conf_run_line(s, trimmed);
	} else if (s->want == CONF_WANT_PASTE) {
		feed_paste(s, trimmed);
	} else if (s->yes != NULL) {
		feed_yes(s, trimmed);
	} else if (fn != NULL) {
		s->want = CONF_WANT_COMMAND;
		s->answer = NULL;
		fn(s, trimmed, s->answer_arg);
	}
}
