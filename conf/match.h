/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words against the rows of one mode. Word by word the best kind of fit wins
 * (exact, then unique prefix, then value); only prefixes can be ambiguous.
 */
#ifndef CONF_MATCH_H
#define CONF_MATCH_H

#include "conf/cmd.h"
#include "conf/lex.h"
#include "conf/syntax.h"

enum conf_outcome { CONF_MATCH_OK, CONF_MATCH_INCOMPLETE,
	CONF_MATCH_AMBIGUOUS, CONF_MATCH_INVALID };

/* Which rows take part. */
enum conf_rows { CONF_ROWS_ALL, CONF_ROWS_ACTIONS, CONF_ROWS_FILE };

enum { CONF_EXPECT_MAX = 64 };

struct conf_match {
	enum conf_outcome outcome;
	const struct conf_cmd *cmd; /* OK */
	bool no;                    /* the row without its "no" */
	size_t word;                /* INVALID, AMBIGUOUS: which one */
	/* what could stand there; tokens point into the syntax strings */
	struct conf_token expected[CONF_EXPECT_MAX];
	const struct conf_cmd *expected_cmd[CONF_EXPECT_MAX];
	size_t n_expected;
	const struct conf_cmd *complete; /* a row that ended before word */
	unsigned char fit[CONF_WORDS_MAX];
};

void conf_match(struct conf_match *m, const struct conf_mode *mode,
    const struct conf_lex *lex, size_t n_words, enum conf_words how,
    enum conf_rows rows);

/* The values and choices of a match that is OK. line: 0 in a shell. */
void conf_match_args(const struct conf_match *m, struct conf_lex *lex,
    int line, struct conf_args *args);

/* Iterate the rows of a mode, registered ones first. NULL ends. */
struct conf_row_iter {
	const struct conf_mode *mode;
	size_t table;
	const struct conf_cmd *at;
};
void conf_rows_begin(struct conf_row_iter *it, const struct conf_mode *mode);
const struct conf_cmd *conf_rows_next(struct conf_row_iter *it);

#endif
