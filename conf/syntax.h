/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The syntax string of a row and how words match it: literal words, <name>,
 * <name:type>, {a|b}, [optional ...], <name>... for one or more at the end.
 * Types: lo-hi (a number), addr (IP literal), fqdn, host (one or the
 * other), url.
 */
#ifndef CONF_SYNTAX_H
#define CONF_SYNTAX_H

#include "conf/cmd.h"
#include "conf/lex.h"

enum conf_token_kind {
	CONF_T_WORD, CONF_T_VALUE, CONF_T_CHOICE, CONF_T_OPT, CONF_T_END_OPT
};

struct conf_token {
	enum conf_token_kind kind;
	char text[96];   /* the word, the value's name, "a|b" */
	char type[24];   /* of a value; "" any word */
	bool rest;       /* one or more words */
};

enum { CONF_TOKENS = 24 };

struct conf_syntax {
	struct conf_token t[CONF_TOKENS];
	size_t n;
};

void conf_syntax_parse(struct conf_syntax *out, const char *text);

enum conf_strictness {
	CONF_PREFIXES,    /* a shell: unique prefixes, any case */
	CONF_WHOLE_WORDS  /* a file */
};

/* What became of matching one row. */
struct conf_match {
	bool ok;
	bool incomplete;        /* all words fit, more are expected */
	size_t furthest;        /* index of the first word that did not fit */
	char complaint[128];    /* about that word's value, or "" */
	char expected[96];      /* what stood there, or comes next */
	unsigned char score[LEX_WORDS]; /* exact 3, prefix 2, value 1 */
};

/* Called for each token that could come where the words end. */
typedef void conf_expect_fn(const struct conf_token *t, void *arg);

/*
 * Words from `first` on against the row. On success args holds values,
 * choices and options; their text is the words' or args-owned storage that
 * lives as long as `w`.
 */
void conf_match_row(struct conf_match *out, const char *syntax,
    struct conf_words *w, size_t first, enum conf_strictness strict,
    struct conf_args *args, conf_expect_fn *expect, void *arg);

#endif
