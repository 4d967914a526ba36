/* SPDX-License-Identifier: BSD-2-Clause */
/* A file to a configuration: indentation decides the block. */
#include "conf/object.h"

#include "base/mem.h"

#include <string.h>
#include <strings.h>

enum { FILE_MOST = 4 << 20, HEX_MOST = 256 << 10 };

struct load {
	struct conf *conf;
	int indents[MOST_DEPTH];
};

static struct conf *
load_conf(void *arg)
{
	return ((struct load *)arg)->conf;
}

static const struct conf_session_ops ops = { .conf = load_conf };

/*
 * Column 0 is global. A block's first line sets its indentation, which must
 * be deeper than that of the line that opened it; less than that leaves it.
 */
static void
place(struct conf_session *s, struct load *l, int indent)
{
	while (s->depth > 1) {
		int own = l->indents[s->depth];

		if (own != 0 ? indent >= own : indent > l->indents[s->depth - 1])
			break;
		s->depth--;
	}
	if (s->depth > 1 && l->indents[s->depth] == 0)
		l->indents[s->depth] = indent;
}

static bool
is_hex(const char *word)
{
	return word[strspn(word, "0123456789abcdefABCDEF")] == '\0';
}

static bool
hex_line_ok(const struct conf_words *w)
{
	size_t i;

	if (strcasecmp(w->word[0], "quit") == 0)
		return w->n == 1;
	if (strcasecmp(w->word[0], "certificate") == 0)
		return (w->n == 2 || (w->n == 3 &&
		    strcasecmp(w->word[1], "ca") == 0)) &&
		    is_hex(w->word[w->n - 1]);
	for (i = 0; i < w->n; i++)
		if (!is_hex(w->word[i]))
			return false;
	return true;
}

/* `certificate ca SERIAL` hex lines `quit`, kept as they are. */
static bool
hex_line(struct conf_session *s, const struct conf_words *w, struct str line)
{
	struct conf_trustpoint *t = s->stack[s->depth].object;
	char *joined;

	if (s->stack[s->depth].mode != &conf_mode_cert_chain || t == NULL)
		return false;
	if (!hex_line_ok(w)) {
		conf_session_error(s, "'%.60s': expected 'certificate ca "
		    "SERIAL', hex digits or 'quit'", w->word[0]);
		return true;
	}
	if (t->hex != NULL && strlen(t->hex) + line.n > HEX_MOST) {
		conf_session_error(s, "more than %d bytes of certificates",
		    HEX_MOST);
		return true;
	}
	joined = mem_printf("%s%.*s\n", t->hex != NULL ? t->hex : "",
	    STR_FMT(line));
	if (joined == NULL)
		return false;
	mem_free(t->hex);
	t->hex = joined;
	return true;
}

static void
load_line(struct conf_session *s, struct load *l, struct str line)
{
	char text[LEX_LINE];
	struct conf_words w;
	int depth;
	enum err err = conf_lex(&w, line.p, line.n);

	s->failed = false; /* every line has an error of its own */
	if (err == ERR_CONF_VALUE) {
		conf_session_error(s, "a control character is not allowed");
		return;
	}
	if (err) {
		conf_session_error(s, "a quote is open, or the line is longer "
		    "than %d bytes or %d words", LEX_LINE, LEX_WORDS);
		return;
	}
	if (w.n == 0)
		return;
	place(s, l, w.indent);
	if (w.indent > 0 && s->depth == 1) {
		s->errors++;
		s->report(CONF_ERROR, (struct conf_pos){ s->line, w.col[0] },
		    "an indented line that belongs to no block", s->report_arg);
		return;
	}
	if (hex_line(s, &w, line))
		return;
	str_copy(text, sizeof(text), line);
	depth = s->depth;
	conf_run_words(s, &w, text);
	if (s->depth > depth)
		l->indents[s->depth] = 0; /* its first line will tell */
}

unsigned
conf_load(struct conf **out, const char *text, size_t n,
    conf_report_fn *report, void *arg)
{
	struct load l = { .conf = NULL };
	struct str rest = { text, n };
	struct conf_session *s = NULL;
	unsigned errors;

	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		rest = str_from(rest, 3);
	if (n > FILE_MOST || conf_new(&l.conf) != ERR_OK ||
	    conf_session_new(&s, &ops, &l) != ERR_OK) {
		report(CONF_ERROR, (struct conf_pos){ 1, 1 },
		    n > FILE_MOST ? "the file is larger than 4 MiB"
				  : err_text(ERR_NOMEM), arg);
		conf_free(l.conf);
		return 1;
	}
	s->report = report;
	s->report_arg = arg;
	s->depth = 1;
	s->stack[1] = (struct conf_frame){ &conf_mode_global, l.conf };
	for (s->line = 1; rest.n != 0; s->line++) {
		struct str line = str_split(&rest, '\n');

		while (line.n != 0 && line.p[line.n - 1] == '\r')
			line.n--;
		load_line(s, &l, line);
	}
	errors = s->errors + conf_check(l.conf, report, arg);
	conf_session_free(s);
	if (errors != 0)
		conf_free(l.conf);
	else
		*out = l.conf;
	return errors;
}
