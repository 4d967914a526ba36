/* SPDX-License-Identifier: BSD-2-Clause */
/* A line to words: blanks part them, double quotes join, "!" comments. */
#ifndef CONF_LEX_H
#define CONF_LEX_H

#include "base/err.h"

#include <stddef.h>

enum { LEX_LINE = 4096, LEX_WORDS = 32 };

struct conf_words {
	char text[LEX_LINE];   /* the words, each NUL-terminated */
	char *word[LEX_WORDS];
	int col[LEX_WORDS];    /* from 1 */
	size_t n;
	int indent;            /* blanks before the first word */
	int trailing_blank;    /* for ? and TAB: a new word begins */
};

/* ERR_CONF_SYNTAX: too long, too many words, or a quote left open.
   ERR_CONF_VALUE: a control character. */
enum err conf_lex(struct conf_words *out, const char *line, size_t n)
    ERR_CHECK;

#endif
