/* SPDX-License-Identifier: BSD-2-Clause */
/* A line to words: see lex.h. */
#include "conf/lex.h"

#include <string.h>

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

enum err
conf_lex(struct conf_words *out, const char *line, size_t n)
{
	size_t i = 0, at = 0;

	out->n = 0;
	out->indent = 0;
	if (n >= LEX_LINE)
		return ERR_CONF_SYNTAX;
	/* They would reach terminals and logs through names. */
	for (i = 0; i < n; i++)
		if (((unsigned char)line[i] < ' ' && !is_blank(line[i])) ||
		    line[i] == 0x7f)
			return ERR_CONF_VALUE;
	i = 0;
	while (i < n && is_blank(line[i]))
		i++;
	out->indent = (int)i;
	out->trailing_blank = n == 0 || is_blank(line[n - 1]);
	while (i < n) {
		int quoted = 0;

		if (line[i] == '!' && (i == 0 || is_blank(line[i - 1])))
			break;
		if (out->n == LEX_WORDS)
			return ERR_CONF_SYNTAX;
		out->col[out->n] = (int)i + 1;
		out->word[out->n++] = &out->text[at];
		for (; i < n && (quoted || !is_blank(line[i])); i++) {
			/* A quote inside a word stays: O="a, b" is a value. */
			if (line[i] == '"')
				quoted = !quoted;
			out->text[at++] = line[i];
		}
		if (quoted)
			return ERR_CONF_SYNTAX;
		out->text[at++] = '\0';
		while (i < n && is_blank(line[i]))
			i++;
	}
	return ERR_OK;
}
