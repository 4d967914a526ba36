/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types each *.in of a folder into the command engine and compares what it
 * answers with the *.out beside it. A line ending in "?" asks for help, one
 * beginning with "TAB " for completion. GOLDEN_UPDATE=1 writes the *.out.
 */
#include "base/file.h"
#include "base/mem.h"
#include "conf/session.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MOST = 1 << 20 };

static struct conf *model;

static struct conf *
get_conf(void *arg)
{
	return model;
}

static void
on_finding(enum conf_severity sev, struct conf_pos pos, const char *text,
    void *arg)
{
	buf_printf(arg, "%s%s\n", sev == CONF_WARNING ? "warning: " : "", text);
}

static void
on_leave(struct conf_session *s, void *arg)
{
	conf_check(model, on_finding, conf_session_out(s));
}

static enum err
run_show(struct conf_session *s, const struct conf_args *a)
{
	return conf_write(model,
	    conf_arg_word(a, "all") ? CONF_WRITE_ALL : CONF_WRITE_SET,
	    conf_session_out(s));
}

static const struct conf_cmd rows[] = {
	{ .syntax = "show running-config [all]",
	  .summary = "The configuration",
	  .doc = "As the daemon's.", .flags = CONF_ACTION, .run = run_show },
	{ .syntax = NULL },
};

static const struct conf_session_ops ops = { .conf = get_conf,
	.leave = on_leave };

static enum err
type(struct conf_session *s, struct str line, struct buf *out)
{
	char text[4096];
	enum err err = ERR_OK;

	str_copy(text, sizeof(text), line);
	buf_printf(out, "%s%s\n", conf_session_prompt(s), text);
	if (strncmp(text, "TAB ", 4) == 0) {
		err = conf_session_complete(s, text + 4, out);
	} else if (line.n != 0 && text[line.n - 1] == '?') {
		text[line.n - 1] = '\0';
		err = conf_session_help(s, text, out);
	} else {
		conf_session_line(s, text);
	}
	buf_add_str(out, buf_str(conf_session_out(s)));
	buf_clear(conf_session_out(s));
	return err;
}

static enum err
answer(const char *path, struct buf *out)
{
	struct conf_session *s = NULL;
	char *text = NULL;
	size_t n = 0;
	struct str rest;
	enum err err = file_read(&text, &n, path, TEXT_MOST);

	if (!err)
		err = conf_new(&model);
	if (!err)
		err = conf_session_new(&s, &ops, NULL);
	rest = (struct str){ text, n };
	while (!err && rest.n != 0)
		err = type(s, str_split(&rest, '\n'), out);
	conf_session_free(s);
	conf_free(model);
	model = NULL;
	mem_free(text);
	return err;
}

/* Compare, or write when asked to. */
static int
judge(const char *dir, const char *name)
{
	char in[1024], want[1024];
	char *text = NULL;
	size_t n = 0;
	struct buf out;
	int same = 0;

	snprintf(in, sizeof(in), "%s/%s.in", dir, name);
	snprintf(want, sizeof(want), "%s/%s.out", dir, name);
	buf_init(&out, TEXT_MOST);
	if (answer(in, &out) == ERR_OK) {
		if (getenv("GOLDEN_UPDATE") != NULL &&
		    file_replace(want, buf_str(&out).p, buf_len(&out), 0644))
			fprintf(stderr, "%s: not written\n", want);
		if (file_read(&text, &n, want, TEXT_MOST) == ERR_OK)
			same = str_equal(
			    buf_str(&out), (struct str){ text, n });
		if (!same)
			fprintf(stderr, "--- %s, got:\n%s", want,
			    buf_cstr(&out));
	}
	mem_free(text);
	buf_fini(&out);
	return same;
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	char dir[400];
	struct dirent **list;
	int i, n, number = 0, bad = 0;

	snprintf(dir, sizeof(dir), "%s/tests/golden", top != NULL ? top : ".");
	conf_extend(&conf_mode_exec, rows);
	n = scandir(dir, &list, NULL, alphasort);
	for (i = 0; i < n; i++) {
		char *dot = strrchr(list[i]->d_name, '.');

		if (dot != NULL && strcmp(dot, ".in") == 0) {
			int same;

			*dot = '\0';
			same = judge(dir, list[i]->d_name);
			bad += !same;
			printf("%sok %d - %s\n", same ? "" : "not ", ++number,
			    list[i]->d_name);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	printf("1..%d\n", number);
	return bad != 0 || number == 0;
}
