/* SPDX-License-Identifier: BSD-2-Clause */
/* ? and TAB: the same question asked twice. */
#include "conf/object.h"

#include "base/mem.h"
#include "conf/syntax.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MOST_ENTRIES = 128 };

struct help {
	struct buf *out;
	const char *partial;   /* of the word being typed, or "" */
	const char *summary;
	bool words_only;       /* TAB */
	char seen[MOST_ENTRIES][48];
	size_t n;
};

static void
entry(struct help *h, const char *word, const char *summary)
{
	size_t i;

	for (i = 0; i < h->n; i++)
		if (strcmp(h->seen[i], word) == 0)
			return;
	if (h->n == MOST_ENTRIES)
		return;
	str_copy(h->seen[h->n++], sizeof(h->seen[0]), str_of(word));
	if (h->words_only)
		buf_printf(h->out, "%s\n", word);
	else
		buf_printf(h->out, "  %-20s %s\n", word, summary);
}

static void
on_expect(const struct conf_token *t, void *arg)
{
	struct help *h = arg;
	struct str rest;
	char word[64];

	if (t == NULL) {
		if (!h->words_only && h->partial[0] == '\0')
			entry(h, "<cr>", "");
		return;
	}
	if (t->kind == CONF_T_VALUE) {
		if (h->words_only)
			return;
		snprintf(word, sizeof(word), "<%.40s>", t->text);
		entry(h, word, t->type[0] != '\0' ? t->type : h->summary);
		return;
	}
	rest = str_of(t->text);
	while (rest.n != 0) {
		str_copy(word, sizeof(word), str_split(&rest, '|'));
		if (strncasecmp(word, h->partial, strlen(h->partial)) == 0)
			entry(h, word, h->summary);
	}
}

static void
ask_mode(struct help *h, const struct conf_mode *m, struct conf_words *w,
    size_t first, bool no)
{
	const struct conf_cmd *r;
	struct conf_match match;
	struct conf_args a;
	size_t i;

	for (i = 0; (r = conf_mode_row(m, i)) != NULL; i++) {
		if ((r->flags & CONF_HIDDEN) != 0)
			continue;
		if (no && (r->flags & CONF_ACTION) != 0 &&
		    (r->flags & CONF_NO_OK) == 0)
			continue;
		h->summary = r->summary;
		conf_match_row(&match, r->syntax, w, first, CONF_PREFIXES, &a,
		    on_expect, h);
	}
}

static enum err
ask(struct conf_session *s, const char *typed, struct help *h)
{
	struct conf_words w;
	bool no;
	int d;

	if (conf_lex(&w, typed, strlen(typed)) != ERR_OK)
		return ERR_OK;
	h->partial = "";
	if (w.n != 0 && !w.trailing_blank)
		h->partial = w.word[--w.n];
	no = w.n != 0 && strcasecmp(w.word[0], "no") == 0;
	for (d = s->depth; d >= 0; d--)
		ask_mode(h, s->stack[d].mode, &w, no, no);
	return buf_error(h->out);
}

enum err
conf_session_help(struct conf_session *s, const char *typed, struct buf *out)
{
	struct help h = { .out = out };

	return ask(s, typed, &h);
}

enum err
conf_session_complete(struct conf_session *s, const char *typed,
    struct buf *out)
{
	struct help h = { .out = out, .words_only = true };

	return ask(s, typed, &h);
}
