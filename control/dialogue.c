/* SPDX-License-Identifier: BSD-2-Clause */
/* Dialogues as tables of steps: see dialogue.h. */
#include "config.h"

#include "control/dialogue.h"


/* y, yes, n, no in any case; anything else is no answer. */
static bool
read_answer(const char *text, enum answer *out)
{
	static const struct {
		const char *word;
		enum answer answer;
	} words[] = { { "y", ANSWER_YES }, { "yes", ANSWER_YES },
		{ "n", ANSWER_NO }, { "no", ANSWER_NO } };
	struct str s = str_trim(str_of(text));
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_is(s, words[i].word)) {
			*out = words[i].answer;
			return true;
		}
	}
	return false;
}

static enum step_next
take_answer(struct dialogue *d, enum answer a)
{
	const struct step *step = &d->steps[d->at];

	if (step->answered != NULL)
		return step->answered(d, a);
	return a == ANSWER_YES ? STEP_NEXT : STEP_STOP;
}

static void
go_on(struct dialogue *d, enum step_next next)
{
	if (next == STEP_STOP)
		d->at = d->n_steps;
	else if (next == STEP_NEXT)
		d->at++;
	dialogue_run(d);
}

static void
on_answer(struct conf_session *s, const char *text, void *arg)
{
	struct dialogue *d = arg;
	enum answer a;

	if (text == NULL) {
		d->free(d);
		return;
	}
	if (read_answer(text, &a)) {
		go_on(d, take_answer(d, a));
		return;
	}
	buf_puts(conf_session_out(s), "% Please answer 'yes' or 'no'.\n");
	conf_session_ask(s, CONF_WANT_ANSWER, d->steps[d->at].question,
	    on_answer, d);
}

static void
on_paste(struct conf_session *s, const char *text, void *arg)
{
	struct dialogue *d = arg;

	if (text == NULL)
		d->free(d);
	else
		go_on(d, d->steps[d->at].pasted(d, str_of(text)));
}

void
dialogue_run(struct dialogue *d)
{
	while (d->at < d->n_steps) {
		const struct step *step = &d->steps[d->at];
		enum step_next next = STEP_NEXT;

		if (step->when != NULL && !step->when(d)) {
			d->at++;
			continue;
		}
		if (step->say != NULL)
			next = step->say(d);
		if (next == STEP_NEXT && step->pasted != NULL) {
			conf_session_ask(
			    d->s, CONF_WANT_PASTE, "", on_paste, d);
			return;
		}
		if (next == STEP_NEXT && step->question != NULL) {
			if (d->mode == DIALOGUE_ASKING) {
				conf_session_ask(d->s, CONF_WANT_ANSWER,
				    step->question, on_answer, d);
				return;
			}
			next = take_answer(d, step->unasked);
		}
		if (next == STEP_STOP)
			break;
		if (next == STEP_NEXT)
			d->at++;
	}
	d->free(d);
}

struct buf *
dialogue_out(struct dialogue *d)
{
	return conf_session_out(d->s);
}
