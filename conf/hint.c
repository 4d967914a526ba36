/* SPDX-License-Identifier: BSD-2-Clause */
/* Second thoughts on a line that was not understood: see hint.h. */
#include "conf/hint.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct meanings {
	const char *typed;
	char found[64];
	bool several, exact;
};

static void
on_expect(const struct conf_token *t, void *arg)
{
	struct meanings *m = arg;
	struct str rest;

	if (t == NULL || t->kind == CONF_T_VALUE)
		return;
	rest = str_of(t->text);
	while (rest.n != 0) {
		char word[64];

		str_copy(word, sizeof(word), str_split(&rest, '|'));
		if (strncasecmp(word, m->typed, strlen(m->typed)) != 0)
			continue;
		m->exact |= strlen(word) == strlen(m->typed);
		m->several |= m->found[0] != '\0' &&
		    strcmp(m->found, word) != 0;
		memcpy(m->found, word, sizeof(word));
	}
}

static bool
ambiguous_in(const struct conf_mode *mode, const struct conf_words *w,
    size_t first, size_t at)
{
	struct meanings found = { .typed = w->word[at] };
	struct conf_words shorter = *w;
	const struct conf_cmd *r;
	struct conf_match m;
	struct conf_args a;
	size_t i;

	shorter.n = at;
	for (i = 0; (r = conf_mode_row(mode, i)) != NULL; i++)
		if ((r->flags & CONF_HIDDEN) == 0)
			conf_match_row(&m, r->syntax, &shorter, first,
			    CONF_PREFIXES, &a, on_expect, &found);
	return found.several && !found.exact;
}

const char *
conf_hint_ambiguous(const struct conf_session *s, const struct conf_words *w,
    size_t first)
{
	size_t i;
	int d;

	for (d = s->depth; d >= 0; d--)
		for (i = first; i < w->n; i++)
			if (ambiguous_in(s->stack[d].mode, w, first, i))
				return w->word[i];
	return NULL;
}

static bool
fits(const struct conf_mode *mode, struct conf_words *w, size_t first,
    enum conf_strictness strict)
{
	const struct conf_cmd *r;
	struct conf_match m;
	struct conf_args a;
	size_t i;

	for (i = 0; (r = conf_mode_row(mode, i)) != NULL; i++) {
		conf_match_row(
		    &m, r->syntax, w, first, strict, &a, NULL, NULL);
		if (m.ok)
			return true;
	}
	return false;
}

/* A keyword of the block at the end of the name: where does it begin? */
static char *
glued_keyword(const struct conf_mode *mode, struct conf_words *w, size_t at,
    enum conf_strictness strict)
{
	char *word = w->word[at], *begin, *found = NULL;

	for (begin = word + 1; *begin != '\0' && found == NULL; begin++) {
		w->word[at] = begin;
		if (strlen(begin) > 2 && fits(mode, w, at, strict))
			found = begin;
	}
	w->word[at] = word;
	return found;
}

static bool
break_in(const struct conf_mode *block, const struct conf_words *w,
    size_t bad, enum conf_strictness strict, char *dst, size_t size)
{
	struct conf_words all = *w;
	char *glued;

	if (fits(block, &all, bad, strict)) {
		snprintf(dst, size, "'%.60s' begins a line of its own",
		    w->word[bad]);
		return true;
	}
	glued = glued_keyword(block, &all, bad - 1, CONF_WHOLE_WORDS);
	if (glued == NULL)
		return false;
	snprintf(dst, size, "a line break is missing before '%.60s'", glued);
	return true;
}

bool
conf_hint_line_break(const struct conf_session *s, const struct conf_words *w,
    size_t first, size_t bad, enum conf_strictness strict, char *dst,
    size_t size)
{
	struct conf_words head = *w;
	const struct conf_cmd *r;
	struct conf_match m;
	struct conf_args a;
	size_t i;
	int d;

	if (bad == first || bad >= w->n)
		return false;
	head.n = bad;
	for (d = s->depth; d >= 0; d--)
		for (i = 0; (r = conf_mode_row(s->stack[d].mode, i)) != NULL;
		     i++) {
			if (r->enter == NULL)
				continue;
			conf_match_row(&m, r->syntax, &head, first, strict,
			    &a, NULL, NULL);
			if (m.ok && break_in(r->enter, w, bad, strict, dst,
			    size))
				return true;
		}
	return false;
}

bool
conf_hint_owns(const struct conf_mode *mode, const char *word)
{
	const struct conf_cmd *r;
	size_t i;

	for (i = 0; (r = conf_mode_row(mode, i)) != NULL; i++)
		if (str_is((struct str){ r->syntax, strcspn(r->syntax, " ") },
		    word))
			return true;
	return false;
}

static void
keywords(const struct conf_args *a, char *dst, size_t size)
{
	struct conf_syntax s;
	size_t i, choice = 0, at = 0;

	conf_syntax_parse(&s, a->syntax);
	dst[0] = '\0';
	for (i = 0; i < s.n && at < size; i++) {
		struct str rest = str_of(s.t[i].text), text = rest;
		unsigned k;

		if ((a->typed & 1u << i) == 0)
			continue;
		if (s.t[i].kind == CONF_T_CHOICE) {
			for (k = 0; k <= a->chosen[choice]; k++)
				text = str_split(&rest, '|');
			choice++;
		}
		at += (size_t)snprintf(dst + at, size - at, "%.*s ",
		    STR_FMT(text));
	}
}

bool
conf_hint_same_words(const struct conf_args *a, const struct conf_args *b)
{
	char one[512], two[512];

	keywords(a, one, sizeof(one));
	keywords(b, two, sizeof(two));
	return strcmp(one, two) == 0;
}
