/* SPDX-License-Identifier: BSD-2-Clause */
/* One command line: found among the rows of the mode stack, then run. */
#include "conf/object.h"

#include "base/mem.h"
#include "conf/bind.h"
#include "conf/hint.h"
#include "conf/syntax.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MOST_TABLES = 16 };

static struct {
	const struct conf_mode *mode;
	const struct conf_cmd *rows;
} tables[MOST_TABLES];
static size_t n_tables;

void
conf_extend(const struct conf_mode *mode, const struct conf_cmd *rows)
{
	size_t i;

	for (i = 0; i < n_tables; i++)
		if (tables[i].rows == rows)
			return;
	if (n_tables < MOST_TABLES) {
		tables[n_tables].mode = mode;
		tables[n_tables++].rows = rows;
	}
}

const struct conf_cmd *
conf_mode_row(const struct conf_mode *m, size_t i)
{
	size_t t;
	const struct conf_cmd *r;

	for (t = 0; t < n_tables; t++) {
		if (tables[t].mode != m)
			continue;
		for (r = tables[t].rows; r->syntax != NULL; r++)
			if (i-- == 0)
				return r;
	}
	for (r = m->cmds; r->syntax != NULL; r++)
		if (i-- == 0)
			return r;
	return NULL;
}

const char *
conf_arg(const struct conf_args *a, const char *name)
{
	struct conf_syntax s;
	size_t i;

	conf_syntax_parse(&s, a->syntax);
	for (i = 0; i < a->n; i++)
		if (strcmp(s.t[a->token[i]].text, name) == 0)
			return a->word[i];
	return NULL;
}

bool
conf_arg_word(const struct conf_args *a, const char *word)
{
	struct conf_syntax s;
	size_t i, choice = 0;

	conf_syntax_parse(&s, a->syntax);
	for (i = 0; i < s.n; i++) {
		struct str rest = str_of(s.t[i].text), text = rest;
		unsigned k;

		if ((a->typed & 1u << i) == 0)
			continue;
		if (s.t[i].kind == CONF_T_CHOICE)
			for (k = 0; k <= a->chosen[choice]; k++)
				text = str_split(&rest, '|');
		choice += s.t[i].kind == CONF_T_CHOICE;
		if (str_is(text, word))
			return true;
	}
	return false;
}

void
conf_enter(struct conf_session *s, void *object)
{
	s->entered = object;
}

/* What a search over one mode found. */
struct search {
	const struct conf_cmd *row;
	struct conf_args args;
	unsigned char score[LEX_WORDS];
	bool ambiguous, incomplete;
	size_t furthest;
	char complaint[128];
	char expected[96];
};

static bool
row_fits(const struct conf_cmd *r, bool no)
{
	bool action = (r->flags & CONF_ACTION) != 0;

	if (no)
		return !action || (r->flags & CONF_NO_OK) != 0;
	return (r->flags & CONF_NO_OK) == 0;
}

/* "no fqdn": the value of a setting that has only one may be left out. */
static bool
bare_no(const struct conf_cmd *r, const struct conf_words *w, size_t first,
    const struct conf_match *m)
{
	bool one = (r->flags & CONF_NO_BARE) != 0 ||
	    (r->bind != NULL && r->bind->kind != BIND_LIST &&
		r->bind->kind != BIND_REFS);
	struct conf_syntax s;
	size_t literals = 0;

	conf_syntax_parse(&s, r->syntax);
	while (literals < s.n && s.t[literals].kind == CONF_T_WORD)
		literals++;
	return one && m->incomplete && m->furthest == w->n &&
	    w->n - first == literals;
}

static void
better(struct search *f, const struct conf_cmd *r, const struct conf_match *m,
    const struct conf_args *a)
{
	int c = f->row == NULL ? 1
			       : memcmp(m->score, f->score, sizeof(f->score));

	if (c < 0)
		return;
	if (c == 0) { /* the same words: prefixes of two, or a registered row */
		f->ambiguous |= memchr(m->score, 2, sizeof(f->score)) !=
			NULL && !conf_hint_same_words(&f->args, a);
		return;
	}
	f->ambiguous = false;
	f->row = r;
	f->args = *a;
	memcpy(f->score, m->score, sizeof(f->score));
}

static void
search_mode(struct search *f, const struct conf_mode *mode,
    struct conf_words *w, size_t first, bool no, enum conf_strictness strict)
{
	const struct conf_cmd *r;
	size_t i;

	for (i = 0; (r = conf_mode_row(mode, i)) != NULL; i++) {
		struct conf_match m;
		struct conf_args a;

		if (!row_fits(r, no))
			continue;
		conf_match_row(
		    &m, r->syntax, w, first, strict, &a, NULL, NULL);
		if (!m.ok && no && bare_no(r, w, first, &m)) {
			memset(&a, 0, sizeof(a));
			a.syntax = r->syntax;
			m.ok = true;
		}
		if (m.ok) {
			better(f, r, &m, &a);
		} else if (m.furthest > f->furthest ||
		    (m.furthest == f->furthest && f->expected[0] == '\0')) {
			f->furthest = m.furthest;
			f->incomplete = m.incomplete;
			memcpy(f->complaint, m.complaint, sizeof(f->complaint));
			memcpy(f->expected, m.expected, sizeof(f->expected));
		}
	}
}

static enum conf_strictness
strictness(const struct conf_session *s)
{
	return s->report != NULL ? CONF_WHOLE_WORDS : CONF_PREFIXES;
}

/* The nearest word of the rows that fit up to there: "did you mean". */
struct nearest {
	const char *typed;
	char word[64];
	size_t distance;
};

static void
on_expect(const struct conf_token *t, void *arg)
{
	struct nearest *n = arg;
	struct str rest;

	if (t == NULL || t->kind == CONF_T_VALUE)
		return;
	rest = str_of(t->text);
	while (rest.n != 0) {
		char word[64];
		size_t d;

		str_copy(word, sizeof(word), str_split(&rest, '|'));
		d = str_distance(n->typed, word);
		if (d < n->distance) {
			n->distance = d;
			memcpy(n->word, word, sizeof(word));
		}
	}
}

static bool
did_you_mean(struct conf_session *s, int depth, struct conf_words *w,
    size_t first, size_t bad, struct nearest *n)
{
	struct conf_words shorter = *w;
	size_t i;

	*n = (struct nearest){ .typed = w->word[bad], .distance = 3 };
	for (i = 0; i < w->n; i++)
		shorter.word[i] = shorter.text + (w->word[i] - w->text);
	shorter.n = bad;
	for (; depth >= 0; depth--) {
		const struct conf_cmd *r;

		for (i = 0; (r = conf_mode_row(s->stack[depth].mode, i)) !=
		     NULL; i++) {
			struct conf_match m;
			struct conf_args a;

			conf_match_row(&m, r->syntax, &shorter, first,
			    strictness(s), &a, on_expect, n);
		}
		if (s->report != NULL && depth > 0)
			break;
	}
	return n->distance < 3 && n->distance < strlen(n->typed);
}

static void
report_file(struct conf_session *s, int col, const char *text)
{
	s->errors++;
	s->report(CONF_ERROR, (struct conf_pos){ s->line, col }, text,
	    s->report_arg);
}

static void
complain(struct conf_session *s, struct conf_words *w, size_t first,
    const struct search *f)
{
	struct nearest n;
	char text[512], lost[160] = "";
	size_t bad = f->furthest < w->n ? f->furthest : w->n;
	const char *several = f->ambiguous ? w->word[first] : NULL;
	bool hint = bad < w->n &&
	    did_you_mean(s, s->depth, w, first, bad, &n);
	int col = bad < w->n ? w->col[bad]
			     : w->col[w->n - 1] + (int)strlen(w->word[w->n - 1]);

	s->failed = true;
	if (several == NULL && bad == w->n && s->report == NULL)
		several = conf_hint_ambiguous(s, w, first);
	if (several == NULL && conf_hint_line_break(s, w, first, bad,
	    strictness(s), lost, sizeof(lost)))
		hint = false;
	if (several != NULL)
		snprintf(text, sizeof(text), "%% Ambiguous command: \"%.200s\"",
		    several);
	else if (bad == w->n)
		snprintf(text, sizeof(text),
		    "%% Incomplete command: expects %.90s", f->expected);
	else if (f->complaint[0] != '\0')
		snprintf(text, sizeof(text), "%% %s", f->complaint);
	else if (s->report != NULL)
		snprintf(text, sizeof(text), "unknown word '%.60s' in %s%s%s%s",
		    w->word[bad], s->stack[s->depth].mode->name,
		    hint ? "; did you mean '" : lost[0] != '\0' ? ": " : "",
		    hint ? n.word : lost, hint ? "'?" : "");
	else
		snprintf(text, sizeof(text),
		    "%% Invalid input detected at '^' marker.");
	if (s->report != NULL) {
		char *plain = text[0] == '%' ? text + 2 : text;

		if (plain[0] >= 'A' && plain[0] <= 'Z')
			plain[0] = (char)(plain[0] - 'A' + 'a');
		report_file(s, col, plain);
		return;
	}
	if (bad < w->n || several != NULL)
		buf_printf(&s->out, "%*s^\n",
		    (int)strlen(conf_session_prompt(s)) + col - 1, "");
	buf_printf(&s->out, "ERROR: %s\n", text);
	if (hint)
		buf_printf(&s->out, "Did you mean '%s'?\n", n.word);
	else if (lost[0] != '\0')
		buf_printf(&s->out, "Hint: %s\n", lost);
}

static const char *
error_hint(enum err err)
{
	return err == ERR_NOT_FOUND ? "it is not configured" : err_text(err);
}

static void
run_row(struct conf_session *s, int depth, const struct search *f,
    const char *line)
{
	const struct conf_cmd *r = f->row;
	struct conf_args a = f->args;
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < a.n; i++)
		a.pos[i].line = s->line;
	a.line = line;
	if ((r->flags & CONF_ACTION) != 0) {
		err = r->run(s, &a);
		if (err)
			conf_session_error(s, "%s", err_text(err));
		return;
	}
	s->entered = NULL;
	if (r->bind != NULL)
		err = conf_bind_apply(
		    r, s->stack[depth].object, &a, s->line);
	else
		err = r->apply(s, s->stack[depth].object, &a);
	if (err) {
		if (!s->failed)
			conf_session_error(s, "%s", error_hint(err));
		return;
	}
	if (s->depth > depth)
		s->depth = depth;
	if (r->enter != NULL && !a.no && depth + 1 < MOST_DEPTH) {
		s->depth = depth + 1;
		s->stack[s->depth] =
		    (struct conf_frame){ r->enter, s->entered };
	}
	if (s->ops->changed != NULL)
		s->ops->changed(s, s->arg);
}

void
conf_run_words(struct conf_session *s, struct conf_words *w, const char *line)
{
	bool no = strcasecmp(w->word[0], "no") == 0 && w->n > 1;
	struct search best = { .furthest = 0 };
	size_t first = no;
	int d;

	best.furthest = first;
	for (d = s->depth; d >= 0; d--) {
		struct search f = { .furthest = first };

		/* a file's line stays in its block; exec rows need none */
		if (s->report != NULL && d == 0)
			break;
		search_mode(&f, s->stack[d].mode, w, first, no, strictness(s));
		f.args.no = no;
		if (f.row != NULL && !f.ambiguous) {
			run_row(s, d, &f, line);
			return;
		}
		if (d == s->depth || f.furthest > best.furthest)
			best = f;
		if (f.ambiguous || s->report != NULL || (d > 1 &&
		    conf_hint_owns(s->stack[d].mode, w->word[first])))
			break;
	}
	if (s->depth == 0) { /* actions of configuration mode, and a hint */
		struct search f = { .furthest = first };

		search_mode(
		    &f, &conf_mode_global, w, first, no, CONF_PREFIXES);
		f.args.no = no;
		if (f.row != NULL && !f.ambiguous) {
			if ((f.row->flags & CONF_ACTION) != 0)
				run_row(s, 0, &f, line);
			else
				conf_session_error(s, "this is a setting: type "
				    "'configure terminal' first");
			return;
		}
		if (f.furthest > best.furthest)
			best = f;
	}
	complain(s, w, first, &best);
}

/* Keep the lines of the new output that the filter wants. */
static void
filter(struct conf_session *s, size_t from, struct str how, struct str what)
{
	struct str all = buf_str(&s->out), rest = str_from(all, from);
	char *copy = str_dup(rest);
	bool begun = false;

	if (copy == NULL)
		return;
	rest.p = copy;
	s->out.end = s->out.start + from;
	while (rest.n != 0) {
		struct str line = str_split(&rest, '\n');
		bool has = what.n == 0 ||
		    memmem(line.p, line.n, what.p, what.n) != NULL;

		begun |= has;
		if (how.p[0] == 'b' ? begun : has == (how.p[0] != 'e')) {
			buf_add_str(&s->out, line);
			buf_puts(&s->out, "\n");
		}
	}
	mem_free(copy);
}

void
conf_run_line(struct conf_session *s, const char *line)
{
	struct conf_words w;
	size_t from = buf_len(&s->out), i;
	enum err err = conf_lex(&w, line, strlen(line));

	if (err) {
		conf_session_error(s, err == ERR_CONF_VALUE
		    ? "%% a control character is not allowed"
		    : "%% a quote is open or the line is too long");
		return;
	}
	if (w.n == 0)
		return;
	for (i = 1; i + 1 < w.n; i++) {
		if (strcmp(w.word[i], "|") == 0) {
			struct str how = str_of(w.word[i + 1]);
			struct str what = i + 2 < w.n
			    ? str_trim(str_of(line + w.col[i + 2] - 1))
			    : STR_EMPTY;

			w.n = i;
			conf_run_words(s, &w, line);
			filter(s, from, how, what);
			return;
		}
	}
	conf_run_words(s, &w, line);
}
