/* SPDX-License-Identifier: BSD-2-Clause */
/* Syntax strings and matching: see syntax.h. */
#include "conf/syntax.h"

#include "base/addr.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *
copy_until(char *dst, size_t size, const char *p, const char *stops)
{
	size_t n = strcspn(p, stops);

	str_copy(dst, size, (struct str){ p, n });
	return p + n;
}

static const char *
parse_value(struct conf_token *t, const char *p)
{
	t->kind = CONF_T_VALUE;
	p = copy_until(t->text, sizeof(t->text), p, ":>");
	if (*p == ':')
		p = copy_until(t->type, sizeof(t->type), p + 1, ">");
	if (*p == '>')
		p++;
	if (strncmp(p, "...", 3) == 0) {
		t->rest = true;
		p += 3;
	}
	return p;
}

void
conf_syntax_parse(struct conf_syntax *out, const char *p)
{
	memset(out, 0, sizeof(*out));
	while (*p != '\0' && out->n < CONF_TOKENS) {
		struct conf_token *t = &out->t[out->n];

		if (*p == ' ') {
			p++;
			continue;
		}
		out->n++;
		if (*p == '[' || *p == ']') {
			t->kind = *p++ == '[' ? CONF_T_OPT : CONF_T_END_OPT;
		} else if (*p == '<') {
			p = parse_value(t, p + 1);
		} else if (*p == '{') {
			t->kind = CONF_T_CHOICE;
			p = copy_until(t->text, sizeof(t->text), p + 1, "}");
			p += *p == '}';
		} else {
			t->kind = CONF_T_WORD;
			p = copy_until(t->text, sizeof(t->text), p, " ]");
		}
	}
}

/* One attempt; copied by value where an option branches. */
struct state {
	struct conf_args args;
	unsigned char score[LEX_WORDS];
	unsigned opts;
};

struct matcher {
	struct conf_syntax syn;
	struct conf_words *w;
	enum conf_strictness strict;
	struct conf_match *out;
	conf_expect_fn *expect;
	void *arg;
	struct state done;
};

static int
word_score(const struct matcher *m, const char *typed, struct str full)
{
	size_t n = strlen(typed);

	if (n == full.n && strncasecmp(typed, full.p, n) == 0)
		return 3;
	if (m->strict == CONF_PREFIXES && n < full.n && n > 0 &&
	    strncasecmp(typed, full.p, n) == 0)
		return 2;
	return 0;
}

static bool
range_ok(const char *type, const char *word, char *complaint, size_t size)
{
	unsigned long lo, hi;
	uint64_t v;

	if (sscanf(type, "%lu-%lu", &lo, &hi) != 2)
		return true;
	if (str_to_uint(str_of(word), hi, &v) && v >= lo)
		return true;
	snprintf(complaint, size, "'%.40s' is not a number from %lu to %lu",
	    word, lo, hi);
	return false;
}

/* Letters, digits, "-" and "_" in labels of 1 to 63; 253 in all. */
static bool
is_fqdn(const char *s)
{
	size_t label = 0, n = strlen(s);

	if (n == 0 || n > 253 || s[n - 1] == '.')
		return false;
	for (; *s != '\0'; s++) {
		if (*s == '.' ? label == 0 : ++label > 63)
			return false;
		if (*s == '.')
			label = 0;
		else if (strchr("abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", *s) == NULL)
			return false;
	}
	return true;
}

static bool
is_addr(const char *s)
{
	struct addr a;

	return addr_parse(&a, str_of(s), 0) == ERR_OK;
}

static bool
is_host(const char *s)
{
	return is_addr(s) || is_fqdn(s);
}

static bool
is_url(const char *s)
{
	size_t n = strncasecmp(s, "https://", 8) == 0 ? 8 : 7;

	return (n == 8 || strncasecmp(s, "http://", 7) == 0) &&
	    s[n] != '\0' && s[n] != '/' && strchr(s, '"') == NULL;
}

static const struct {
	const char *type;
	bool (*ok)(const char *s);
	const char *what;
} types[] = {
	{ "addr", is_addr, "an IP address" },
	{ "fqdn", is_fqdn, "a domain name" },
	{ "host", is_host, "an IP address or a domain name" },
	{ "url", is_url, "an http:// or https:// URL" },
};

static bool
type_ok(const char *type, const char *word, char *complaint, size_t size)
{
	size_t i;

	for (i = 0; i < countof(types); i++) {
		if (strcmp(type, types[i].type) != 0)
			continue;
		if (types[i].ok(word))
			return true;
		snprintf(complaint, size, "'%.40s' is not %s", word,
		    types[i].what);
		return false;
	}
	return range_ok(type, word, complaint, size);
}

static bool
value_ok(struct matcher *m, const struct conf_token *t, size_t wi)
{
	const char *word = m->w->word[wi];
	char complaint[128] = "";
	bool ok = t->type[0] == '\0' ||
	    type_ok(t->type, word, complaint, sizeof(complaint));

	if (!ok && wi >= m->out->furthest)
		str_copy(m->out->complaint, sizeof(m->out->complaint),
		    str_of(complaint));
	return ok;
}

static void
bad_word(struct matcher *m, size_t wi, const struct conf_token *t)
{
	if (wi > m->out->furthest || m->out->expected[0] == '\0') {
		m->out->furthest = wi;
		str_copy(m->out->expected, sizeof(m->out->expected),
		    str_of(t != NULL ? t->text : "<end of line>"));
	}
}

static size_t
option_end(const struct conf_syntax *s, size_t ti)
{
	size_t depth = 0;

	for (; ti < s->n; ti++) {
		if (s->t[ti].kind == CONF_T_OPT)
			depth++;
		if (s->t[ti].kind == CONF_T_END_OPT && --depth == 0)
			break;
	}
	return ti;
}

static bool
take_literal(struct matcher *m, struct state *st, const struct conf_token *t,
    size_t wi)
{
	struct str rest = str_of(t->text);
	int score = 0, which = -1, i;

	for (i = 0; rest.n != 0; i++) {
		struct str word = str_split(&rest, '|');
		int s = word_score(m, m->w->word[wi], word);

		if (s > score) {
			score = s;
			which = i;
		}
	}
	if (which < 0)
		return false;
	st->score[wi] = (unsigned char)score;
	st->args.typed |= 1u << (t - m->syn.t);
	if (t->kind == CONF_T_CHOICE &&
	    st->args.n_chosen < CONF_ARGS_MAX)
		st->args.chosen[st->args.n_chosen++] = (unsigned)which;
	return true;
}

static void
take_value(struct matcher *m, struct state *st, const struct conf_token *t,
    size_t wi)
{
	st->score[wi] = 1;
	if (st->args.n < CONF_ARGS_MAX) {
		st->args.word[st->args.n] = m->w->word[wi];
		st->args.pos[st->args.n].col = m->w->col[wi];
		st->args.token[st->args.n] = (unsigned char)(t - m->syn.t);
		st->args.n++;
	}
}

static bool
walk(struct matcher *m, struct state st, size_t ti, size_t wi)
{
	while (ti < m->syn.n) {
		const struct conf_token *t = &m->syn.t[ti];

		if (t->kind == CONF_T_END_OPT) {
			ti++;
			continue;
		}
		if (t->kind == CONF_T_OPT) {
			struct state with = st;
			unsigned index = st.opts++;

			with.opts++;
			if (index < CONF_ARGS_MAX)
				with.args.has[index] = true;
			if (walk(m, with, ti + 1, wi))
				return true;
			ti = option_end(&m->syn, ti) + 1;
			continue;
		}
		if (wi == m->w->n) {
			m->out->incomplete = true;
			if (m->expect != NULL)
				m->expect(t, m->arg);
			else if (m->out->expected[0] == '\0')
				bad_word(m, wi, t);
			return false;
		}
		if (t->kind == CONF_T_VALUE ? !value_ok(m, t, wi)
					    : !take_literal(m, &st, t, wi)) {
			bad_word(m, wi, t);
			return false;
		}
		if (t->kind == CONF_T_VALUE)
			take_value(m, &st, t, wi);
		wi++;
		if (!t->rest || wi == m->w->n)
			ti++;
	}
	if (wi < m->w->n) {
		bad_word(m, wi, NULL);
		return false;
	}
	if (m->expect != NULL) {
		m->expect(NULL, m->arg);
		return false;
	}
	m->done = st;
	return true;
}

void
conf_match_row(struct conf_match *out, const char *syntax,
    struct conf_words *w, size_t first, enum conf_strictness strict,
    struct conf_args *args, conf_expect_fn *expect, void *arg)
{
	struct matcher m = { .w = w, .strict = strict, .out = out,
		.expect = expect, .arg = arg };
	struct state st;

	memset(out, 0, sizeof(*out));
	memset(&st, 0, sizeof(st));
	out->furthest = first;
	conf_syntax_parse(&m.syn, syntax);
	out->ok = walk(&m, st, 0, first);
	if (out->ok) {
		out->incomplete = false;
		memcpy(out->score, m.done.score, sizeof(out->score));
		*args = m.done.args;
		args->syntax = syntax;
	}
}
