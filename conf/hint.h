/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside conf/: what else a line that was not understood may have meant. */
#ifndef CONF_HINT_H
#define CONF_HINT_H

#include "conf/object.h"
#include "conf/syntax.h"

/* The first word that shortens several keywords of one mode, or NULL. */
const char *conf_hint_ambiguous(const struct conf_session *s,
    const struct conf_words *w, size_t first);

/*
 * A pasted document whose line break is lost: "crypto ca trustpoint X
 * enrollment terminal" or "... Xenrollment terminal". True: dst says so.
 */
bool conf_hint_line_break(const struct conf_session *s,
    const struct conf_words *w, size_t first, size_t bad,
    enum conf_strictness strict, char *dst, size_t size);

/* Is it, in full, a first word of the mode? Then "no domain" in a peer is
   never the global "no domain-name". */
bool conf_hint_owns(const struct conf_mode *mode, const char *word);

/* Were the same keywords typed? Then two rows are one command. */
bool conf_hint_same_words(const struct conf_args *a,
    const struct conf_args *b);

#endif
