/* SPDX-License-Identifier: BSD-2-Clause */
/* One-field settings: see bind.h. */
#include "conf/bind.h"

#include "base/mem.h"
#include "conf/syntax.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ITEMS = 2000 }; /* of one list */

static enum err
set_string(char **field, const char *v)
{
	return mem_set_string(field, v) ? ERR_OK : ERR_NOMEM;
}

static enum err
list_edit(struct conf_strings *l, const char *v, bool no)
{
	size_t i;

	if (!no && l->n >= MOST_ITEMS)
		return ERR_FULL;
	for (i = 0; i < l->n; i++)
		if (v != NULL && str_is(str_of(v), l->v[i]))
			break;
	if (no && v == NULL) {
		while (l->n > 0)
			mem_free(l->v[--l->n]);
		return ERR_OK;
	}
	if (no) {
		if (i == l->n)
			return ERR_NOT_FOUND;
		mem_free(l->v[i]);
		memmove(&l->v[i], &l->v[i + 1],
		    (--l->n - i) * sizeof(*l->v));
		return ERR_OK;
	}
	if (i < l->n)
		return ERR_OK;
	if (!mem_grow(l->v, l->n) || (l->v[l->n] = mem_strdup(v)) == NULL)
		return ERR_NOMEM;
	l->n++;
	return ERR_OK;
}

struct refs {
	struct conf_ref *v;
	size_t n;
};

static enum err
refs_edit(struct refs *l, const char *v, bool no, struct conf_pos pos)
{
	size_t i;

	if (!no && l->n >= MOST_ITEMS)
		return ERR_FULL;
	for (i = 0; i < l->n; i++)
		if (v != NULL && strcmp(l->v[i].name, v) == 0)
			break;
	if (no) {
		if (i == l->n)
			return ERR_NOT_FOUND;
		mem_free(l->v[i].name);
		memmove(&l->v[i], &l->v[i + 1],
		    (--l->n - i) * sizeof(*l->v));
		return ERR_OK;
	}
	if (i < l->n)
		return ERR_OK;
	if (!mem_grow(l->v, l->n) ||
	    (l->v[l->n].name = mem_strdup(v)) == NULL)
		return ERR_NOMEM;
	l->v[l->n++].pos = pos;
	return ERR_OK;
}

static enum err
words_set(char **field, const struct conf_args *a)
{
	char joined[512];
	size_t i, at = 0;

	joined[0] = '\0';
	for (i = 0; i < a->n && at < sizeof(joined); i++)
		at += (size_t)snprintf(joined + at, sizeof(joined) - at,
		    "%s%s", i ? " " : "", a->word[i]);
	return at < sizeof(joined) ? set_string(field, joined)
				   : ERR_CONF_VALUE;
}

enum err
conf_bind_apply(const struct conf_cmd *row, void *object,
    const struct conf_args *a, int line)
{
	const struct conf_bind *b = row->bind;
	char *field = (char *)object + b->at;
	const char *v = a->n != 0 ? a->word[0] : NULL;
	struct conf_pos pos = { line, a->n != 0 ? a->pos[0].col : 0 };
	struct conf_ref *ref;

	switch (b->kind) {
	case BIND_STRING:
		return set_string((char **)field, a->no ? row->dflt : v);
	case BIND_REF:
		ref = (struct conf_ref *)field;
		ref->pos = pos;
		return set_string(&ref->name, a->no ? NULL : v);
	case BIND_UINT:
		*(unsigned *)field =
		    a->no ? b->dflt : (unsigned)strtoul(v, NULL, 10);
		return ERR_OK;
	case BIND_ON: *(bool *)field = !a->no; return ERR_OK;
	case BIND_OFF: *(bool *)field = a->no; return ERR_OK;
	case BIND_LIST:
		return list_edit((struct conf_strings *)field, v, a->no);
	case BIND_REFS:
		return refs_edit((struct refs *)field, v, a->no, pos);
	case BIND_ENUM:
		*(unsigned *)field = a->no ? b->dflt : a->chosen[0];
		if (b->set_at != 0)
			*(bool *)((char *)object + b->set_at) = !a->no;
		return ERR_OK;
	case BIND_WORDS:
		if (a->no)
			return set_string((char **)field, NULL);
		return words_set((char **)field, a);
	}
	return ERR_WRONG_STATE;
}

static void
put(const struct conf_cmd *row, int indent, const char *value, struct buf *out)
{
	struct conf_syntax s;
	size_t i;

	conf_syntax_parse(&s, row->syntax);
	buf_printf(out, "%*s", indent, "");
	for (i = 0; i < s.n && s.t[i].kind != CONF_T_OPT; i++)
		buf_printf(out, "%s%s", i ? " " : "",
		    s.t[i].kind == CONF_T_WORD ? s.t[i].text : value);
	buf_puts(out, "\n");
}

void
conf_bind_write(const struct conf_cmd *row, const void *object,
    enum conf_write_what what, int indent, struct buf *out)
{
	const struct conf_bind *b = row->bind;
	const char *field = (const char *)object + b->at;
	const struct conf_strings *l = (const struct conf_strings *)field;
	const struct refs *r = (const struct refs *)field;
	bool all = what == CONF_WRITE_ALL, set;
	const char *s;
	char number[16];
	unsigned u;
	size_t i;

	switch (b->kind) {
	case BIND_STRING:
	case BIND_REF:
	case BIND_WORDS:
		s = *(const char *const *)field; /* a ref begins with name */
		if (s != NULL && (all || row->dflt == NULL ||
			strcmp(s, row->dflt) != 0))
			put(row, indent, s, out);
		break;
	case BIND_UINT:
		u = *(const unsigned *)field;
		snprintf(number, sizeof(number), "%u", u);
		if (all || u != b->dflt)
			put(row, indent, number, out);
		break;
	case BIND_ON:
		if (*(const bool *)field)
			put(row, indent, "", out);
		else if (all)
			buf_printf(out, "%*sno %s\n", indent, "", row->syntax);
		break;
	case BIND_OFF:
		break;
	case BIND_LIST:
		for (i = 0; i < l->n; i++)
			put(row, indent, l->v[i], out);
		break;
	case BIND_REFS:
		for (i = 0; i < r->n; i++)
			put(row, indent, r->v[i].name, out);
		break;
	case BIND_ENUM:
		u = *(const unsigned *)field;
		set = b->set_at != 0
		    ? *(const bool *)((const char *)object + b->set_at)
		    : u != b->dflt;
		if (all || set)
			put(row, indent, b->words[u], out);
		break;
	}
}
