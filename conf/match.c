/* SPDX-License-Identifier: BSD-2-Clause */
/* Words against rows; promises in match.h. */
#include "conf/match.h"

#include "base/mem.h"

#include <ctype.h>
#include <string.h>

enum { TABLES_MAX = 64, STATES_MAX = 192 };

static struct {
	const struct conf_mode *mode;
	const struct conf_cmd *rows;
} tables[TABLES_MAX];
static size_t n_tables;

void
conf_extend(const struct conf_mode *mode, const struct conf_cmd *rows)
{
	size_t i;

	for (i = 0; i < n_tables; i++)
		if (tables[i].mode == mode && tables[i].rows == rows)
			return;
	if (n_tables < TABLES_MAX) {
		tables[n_tables].mode = mode;
		tables[n_tables++].rows = rows;
	}
}

void
conf_rows_begin(struct conf_row_iter *it, const struct conf_mode *mode)
{
	it->mode = mode;
	it->table = 0;
	it->at = NULL;
}

const struct conf_cmd *
conf_rows_next(struct conf_row_iter *it)
{
	for (;;) {
		if (it->at != NULL && it->at->syntax != NULL)
			return it->at++;
		while (it->table < n_tables &&
		    tables[it->table].mode != it->mode)
			it->table++;
		if (it->table > n_tables)
			return NULL;
		/* The mode's own rows stand behind the registered ones. */
		it->at = it->table < n_tables ? tables[it->table].rows
					      : it->mode->cmds;
		it->table++;
	}
}

/* How far one reading of the line has come. */
struct state {
	const struct conf_cmd *cmd;
	const char *place;
	bool no;
	bool rest; /* a <text...> that swallows every further word */
};

struct states {
	struct state v[STATES_MAX];
	struct str lit[STATES_MAX];
	size_t n;
};

static bool
takes_part(const struct conf_cmd *cmd, enum conf_rows rows)
{
	if (rows == CONF_ROWS_ACTIONS)
		return (cmd->flags & CONF_ACTION) != 0;
	if (rows == CONF_ROWS_FILE)
		return (cmd->flags & CONF_ACTION) == 0;
	return true;
}

static bool
takes_no(const struct conf_cmd *cmd, enum conf_rows rows)
{
	if (cmd->flags & CONF_ACTION)
		return (cmd->flags & CONF_NO_OK) != 0;
	/* A file says what is there, not what to delete. */
	return rows != CONF_ROWS_FILE || cmd->enter == NULL;
}

static void
add(struct states *to, const struct state *s, struct str lit)
{
	if (to->n < STATES_MAX) {
		to->v[to->n] = *s;
		to->lit[to->n++] = lit;
	}
}

static void
expect(struct conf_match *m, const struct conf_cmd *cmd,
    const struct conf_token *t)
{
	if (m->n_expected == CONF_EXPECT_MAX)
		return;
	m->expected[m->n_expected] = *t;
	m->expected_cmd[m->n_expected++] = cmd;
}

/* Rows that cannot begin with this word are not worth a closer look. */
static bool
cannot_begin(const struct conf_cmd *cmd, const char *word)
{
	return isalnum((unsigned char)*cmd->syntax) &&
	    tolower((unsigned char)*cmd->syntax) !=
	    tolower((unsigned char)*word);
}

static void
offer(struct states *to, enum conf_fit *best, enum conf_fit fit,
    const struct state *s, struct str lit)
{
	if (fit == CONF_FIT_NONE || fit < *best)
		return;
	if (fit > *best)
		to->n = 0;
	*best = fit;
	add(to, s, lit);
}

/* Move one reading over a word, in all ways. */
static void
step(struct states *to, enum conf_fit *best, const struct state *s,
    const char *word, enum conf_words how)
{
	struct conf_next next;
	size_t i;

	if (s->rest) {
		offer(to, best, CONF_FIT_VALUE, s, STR_EMPTY);
		return;
	}
	conf_syntax_next(s->cmd->syntax, s->place, &next);
	for (i = 0; i < next.n; i++) {
		const struct conf_token *t = &next.tokens[i];
		struct state moved = { s->cmd, t->next, s->no,
			t->value && t->type == CONF_TYPE_TEXT };

		offer(to, best, conf_syntax_fit(t, word, how), &moved,
		    t->value ? STR_EMPTY : t->text);
	}
}

static void
begin(struct states *to, enum conf_fit *best, const struct conf_mode *mode,
    const char *word, enum conf_words how, enum conf_rows rows)
{
	struct conf_row_iter it;
	const struct conf_cmd *cmd;

	conf_rows_begin(&it, mode);
	while ((cmd = conf_rows_next(&it)) != NULL) {
		struct state s = { cmd, cmd->syntax, false, false };

		if (!takes_part(cmd, rows))
			continue;
		if (!cannot_begin(cmd, word))
			step(to, best, &s, word, how);
		s.no = true;
		if (str_is(STR("no"), word) && takes_no(cmd, rows))
			offer(to, best, CONF_FIT_EXACT, &s, STR("no"));
	}
}

/* The tokens that readings wait for; also rows that may end here. */
static void
expectations(struct conf_match *m, const struct states *at)
{
	struct conf_next next;
	size_t i, j;

	for (i = 0; i < at->n; i++) {
		const struct state *s = &at->v[i];

		conf_syntax_next(s->cmd->syntax, s->place, &next);
		if (next.end && m->complete == NULL)
			m->complete = s->cmd;
		for (j = 0; j < next.n; j++)
			expect(m, s->cmd, &next.tokens[j]);
	}
}

static void
expect_first(struct conf_match *m, const struct conf_mode *mode,
    enum conf_rows rows)
{
	struct conf_row_iter it;
	struct conf_next next;
	const struct conf_cmd *cmd;

	conf_rows_begin(&it, mode);
	while ((cmd = conf_rows_next(&it)) != NULL) {
		if (!takes_part(cmd, rows) || (cmd->flags & CONF_HIDDEN))
			continue;
		conf_syntax_next(cmd->syntax, cmd->syntax, &next);
		if (next.n > 0)
			expect(m, cmd, &next.tokens[0]);
	}
}

static bool
ambiguous(const struct states *at, enum conf_fit best)
{
	size_t i;

	if (best != CONF_FIT_PREFIX)
		return false;
	for (i = 1; i < at->n; i++)
		if (!str_equal_nocase(at->lit[i], at->lit[0]))
			return true;
	return false;
}

/* "no address": the value may be left out, words that tell rows apart not. */
static bool
may_end(const struct state *s, const struct conf_next *next)
{
	if (next->end)
		return true;
	return s->no && s->cmd->enter == NULL && next->n > 0 &&
	    !(s->cmd->flags & CONF_ACTION) && s->place != s->cmd->syntax &&
	    (next->tokens[0].value || next->tokens[0].optional);
}

static void
finish(struct conf_match *m, const struct states *at)
{
	struct conf_next next;
	size_t i;

	m->outcome = CONF_MATCH_INCOMPLETE;
	for (i = 0; i < at->n; i++) {
		conf_syntax_next(at->v[i].cmd->syntax, at->v[i].place, &next);
		if (!may_end(&at->v[i], &next))
			continue;
		m->outcome = CONF_MATCH_OK;
		m->cmd = at->v[i].cmd;
		m->no = at->v[i].no;
		break;
	}
	expectations(m, at);
}

void
conf_match(struct conf_match *m, const struct conf_mode *mode,
    const struct conf_lex *lex, size_t n_words, enum conf_words how,
    enum conf_rows rows)
{
	struct states a, b, *at = &a, *to = &b, *swap;
	size_t i, j;

	memset(m, 0, sizeof(*m));
	at->n = 0;
	if (n_words == 0)
		expect_first(m, mode, rows);
	for (i = 0; i < n_words; i++) {
		enum conf_fit best = CONF_FIT_NONE;

		to->n = 0;
		if (i == 0)
			begin(to, &best, mode, lex->words[0].text, how, rows);
		for (j = 0; i > 0 && j < at->n; j++)
			step(to, &best, &at->v[j], lex->words[i].text, how);
		m->word = i;
		m->fit[i] = (unsigned char)best;
		if (to->n == 0) {
			m->outcome = CONF_MATCH_INVALID;
			if (i == 0)
				expect_first(m, mode, rows);
			expectations(m, at);
			return;
		}
		if (ambiguous(to, best)) {
			m->outcome = CONF_MATCH_AMBIGUOUS;
			return;
		}
		swap = at;
		at = to;
		to = swap;
	}
	m->word = n_words;
	finish(m, at);
}

/* Find the tokens that the words took, under the fits already decided. */
struct path {
	const struct conf_match *m;
	struct conf_lex *lex;
	struct conf_token tokens[CONF_WORDS_MAX];
	size_t first; /* word of tokens[0] */
	size_t n;
	size_t visits;
};

static bool
trace(struct path *p, const char *place, size_t word)
{
	struct state s = { p->m->cmd, place, p->m->no, false };
	struct conf_next next;
	size_t i;

	if (++p->visits > 4096)
		return false;
	conf_syntax_next(p->m->cmd->syntax, place, &next);
	if (word == p->lex->n)
		return may_end(&s, &next);
	for (i = 0; i < next.n; i++) {
		const struct conf_token *t = &next.tokens[i];

		if (conf_syntax_fit(t, p->lex->words[word].text,
		    CONF_WORDS_PREFIX) != p->m->fit[word])
			continue;
		p->tokens[word - p->first] = *t;
		p->n = word - p->first + 1;
		if (t->value && t->type == CONF_TYPE_TEXT)
			return true;
		if (trace(p, t->next, word + 1))
			return true;
	}
	return false;
}

static void
take_groups(struct conf_args *args, const char *syntax, const char *at)
{
	struct conf_group g[CONF_GROUP_DEPTH];
	size_t i, n = conf_syntax_groups(syntax, at, g);

	for (i = 0; i < n; i++) {
		if (g[i].number >= CONF_ARGS_MAX)
			continue;
		if (g[i].kind == '[') {
			args->has[g[i].number] = true;
			continue;
		}
		args->chosen[g[i].number] = g[i].alt;
		if (args->n_chosen <= g[i].number)
			args->n_chosen = g[i].number + 1;
	}
}

static void
take(struct conf_args *args, struct path *p, size_t i, int line)
{
	const struct conf_token *t = &p->tokens[i];
	size_t word = p->first + i;

	take_groups(args, p->m->cmd->syntax, t->at);
	if (!t->value) {
		if (args->n_lit < CONF_ARGS_MAX)
			args->lit[args->n_lit++] = t->text;
		return;
	}
	if (args->n == CONF_ARGS_MAX)
		return;
	args->word[args->n] = t->type == CONF_TYPE_TEXT
	    ? conf_lex_rest(p->lex, word) : p->lex->words[word].text;
	args->name[args->n] = t->text;
	if (line > 0) {
		args->pos[args->n].line = line;
		args->pos[args->n].col = (int)p->lex->words[word].col + 1;
	}
	args->n++;
}

void
conf_match_args(const struct conf_match *m, struct conf_lex *lex, int line,
    struct conf_args *args)
{
	struct path p = { .m = m, .lex = lex, .first = m->no ? 1 : 0 };
	size_t i;

	memset(args, 0, sizeof(*args));
	args->no = m->no;
	args->line = lex->line;
	if (!trace(&p, m->cmd->syntax, p.first))
		return;
	for (i = 0; i < p.n; i++)
		take(args, &p, i, line);
}

const char *
conf_arg(const struct conf_args *a, const char *name)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (str_is(a->name[i], name))
			return a->word[i];
	return NULL;
}

bool
conf_arg_word(const struct conf_args *a, const char *word)
{
	size_t i;

	for (i = 0; i < a->n_lit; i++)
		if (str_is(a->lit[i], word))
			return true;
	return false;
}
