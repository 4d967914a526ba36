/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line editor of a terminal: `?` helps at once, TAB completes, and the
 * history keeps commands but nothing that may be a secret. See shell.h.
 */
#include "config.h"

#include "tools/shell.h"

#include "base/mem.h"

#include <errno.h>
#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HISTORY_LINES = 1000 };

#ifdef SANITIZERS
/* libedit never frees the names that EL_ADDFN copies. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:wcsdup\n";
}
#endif

struct shell_edit {
	EditLine *el;
	History *history;
	char *file; /* NULL: no home, no history file */
	struct shell_link *link;
	struct shell_turn turn;
	enum shell_end broken; /* what a key's exchange ended with */
};

/* A line with one of these words is not remembered. */
static const char *const secret_words[] = { "password", "passphrase",
	"pkcs12", "challenge", "secret" };

static char *
prompt_of(EditLine *el)
{
	struct shell_edit *e = NULL;

	el_get(el, EL_CLIENTDATA, &e);
	return e->turn.prompt;
}

static void
collect(const char *text, void *arg)
{
	struct buf *b = arg;

	buf_puts(b, text);
	if (buf_len(b) > 0 && b->p[b->end - 1] != '\n')
		buf_puts(b, "\n");
}

/* Ask the daemon about the text before the cursor. */
static enum shell_end
ask(struct shell_edit *e, const char *kind, struct buf *answer)
{
	const LineInfo *li = el_line(e->el);
	char *text = mem_strndup(li->buffer, (size_t)(li->cursor - li->buffer));
	struct shell_turn turn;
	enum shell_end end = SHELL_GARBLED;

	if (text != NULL)
		end = shell_link_send(e->link, kind, text, FORM_TEXT);
	mem_free(text);
	if (end == SHELL_OK)
		end = shell_link_turn(e->link, &turn, collect, answer);
	e->broken = end;
	return end;
}

static unsigned char
on_help(EditLine *el, int key)
{
	struct shell_edit *e = NULL;
	struct buf answer;

	el_get(el, EL_CLIENTDATA, &e);
	if (e->turn.want != WANT_COMMAND)
		return el_insertstr(el, "?") == 0 ? CC_REFRESH : CC_ERROR;
	buf_init(&answer, SHELL_LINE);
	if (ask(e, "help", &answer) != SHELL_OK) {
		buf_fini(&answer);
		return CC_EOF;
	}
	fputs("?\n", stdout);
	shell_print(buf_cstr(&answer), NULL);
	buf_fini(&answer);
	return CC_REDISPLAY;
}

/* How many bytes all lines of the candidates share at their start. */
static size_t
common_prefix(struct str list, size_t *count)
{
	struct str first = STR_EMPTY, rest = list;
	size_t n = 0;

	*count = 0;
	while (rest.n > 0) {
		struct str word = str_trim(str_split(&rest, '\n'));
		size_t i;

		if (word.n == 0)
			continue;
		if ((*count)++ == 0) {
			first = word;
			n = word.n;
		}
		for (i = 0; i < n && i < word.n; i++)
			if (word.p[i] != first.p[i])
				break;
		n = i;
	}
	return n;
}

/* The candidates complete the last word before the cursor. */
static unsigned char
insert_rest(EditLine *el, struct str list)
{
	const LineInfo *li = el_line(el);
	const char *word = li->cursor;
	size_t typed, count, n = common_prefix(list, &count);
	char add[256];

	while (word > li->buffer && word[-1] != ' ')
		word--;
	typed = (size_t)(li->cursor - word);
	if (count == 0)
		return CC_ERROR;
	if (n > typed || count == 1) {
		struct str rest = str_sub(str_trim(list), typed, n - typed);

		snprintf(add, sizeof(add), "%.*s%s", STR_FMT(rest),
		    count == 1 ? " " : "");
		return el_insertstr(el, add) == 0 ? CC_REFRESH : CC_ERROR;
	}
	return CC_NORM;
}

static unsigned char
on_tab(EditLine *el, int key)
{
	struct shell_edit *e = NULL;
	struct buf answer;
	unsigned char result;

	el_get(el, EL_CLIENTDATA, &e);
	if (e->turn.want != WANT_COMMAND)
		return el_insertstr(el, "\t") == 0 ? CC_REFRESH : CC_ERROR;
	buf_init(&answer, SHELL_LINE);
	if (ask(e, "complete", &answer) != SHELL_OK) {
		buf_fini(&answer);
		return CC_EOF;
	}
	result = insert_rest(el, buf_str(&answer));
	if (result == CC_NORM) { /* nothing to add: show the choice */
		fputs("\n", stdout);
		shell_print(buf_cstr(&answer), NULL);
		result = CC_REDISPLAY;
	}
	buf_fini(&answer);
	return result;
}

static void
set_up(struct shell_edit *e)
{
	const char *home = getenv("HOME");
	HistEvent ev;

	el_set(e->el, EL_CLIENTDATA, e);
	el_set(e->el, EL_PROMPT, prompt_of);
	el_set(e->el, EL_EDITOR, "emacs");
	el_set(e->el, EL_SIGNAL, 0);
	el_set(e->el, EL_ADDFN, "sipfed-help", "help on what may follow",
	    on_help);
	el_set(e->el, EL_ADDFN, "sipfed-complete", "complete", on_tab);
	el_set(e->el, EL_BIND, "?", "sipfed-help", NULL);
	el_set(e->el, EL_BIND, "^I", "sipfed-complete", NULL);
	el_set(e->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	history(e->history, &ev, H_SETSIZE, HISTORY_LINES);
	history(e->history, &ev, H_SETUNIQUE, 1);
	el_set(e->el, EL_HIST, history, e->history);
	if (home != NULL && *home != '\0')
		e->file = mem_printf("%s/.sipfed_history", home);
	if (e->file != NULL)
		history(e->history, &ev, H_LOAD, e->file);
}

struct shell_edit *
shell_edit_new(struct shell_link *l)
{
	struct shell_edit *e = mem_new(struct shell_edit);

	if (e == NULL)
		return NULL;
	e->link = l;
	e->el = el_init("sipfed", stdin, stdout, stderr);
	e->history = history_init();
	if (e->el == NULL || e->history == NULL) {
		shell_edit_free(e);
		return NULL;
	}
	set_up(e);
	return e;
}

void
shell_edit_free(struct shell_edit *e)
{
	HistEvent ev;
	mode_t old;

	if (e == NULL)
		return;
	if (e->file != NULL) {
		old = umask(077);
		history(e->history, &ev, H_SAVE, e->file);
		umask(old);
	}
	if (e->history != NULL)
		history_end(e->history);
	if (e->el != NULL)
		el_end(e->el);
	mem_free(e->file);
	mem_free(e);
}

static void
remember(struct shell_edit *e, const char *line)
{
	HistEvent ev;
	size_t i;

	if (str_trim(str_of(line)).n == 0)
		return;
	for (i = 0; i < countof(secret_words); i++)
		if (strcasestr(line, secret_words[i]) != NULL)
			return;
	history(e->history, &ev, H_ENTER, line);
}

enum shell_end
shell_edit_read(struct shell_edit *e, const struct shell_turn *t,
    struct buf *line)
{
	const char *text;
	int n = 0;

	e->turn = *t;
	e->broken = SHELL_OK;
	buf_clear(line);
	if (t->want == WANT_SECRET) {
		if (shell_input_secret(line, t->prompt))
			return SHELL_OK;
		return shell_interrupted ? SHELL_INTERRUPTED : SHELL_CLOSED;
	}
	errno = 0;
	text = el_gets(e->el, &n);
	if (e->broken != SHELL_OK)
		return e->broken;
	if (text == NULL || n <= 0 || shell_interrupted) {
		el_reset(e->el);
		return shell_interrupted ? SHELL_INTERRUPTED : SHELL_CLOSED;
	}
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	buf_add(line, text, (size_t)n);
	if (t->want == WANT_COMMAND)
		remember(e, buf_cstr(line));
	return SHELL_OK;
}
