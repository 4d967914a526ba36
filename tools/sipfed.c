/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operator's shell: commands from -c, from a terminal or line by line
 * from standard input go to the daemon; its questions are answered from the
 * same place. Exit status 0 only if every command succeeded, 2 when there is
 * no daemon to speak to.
 */
#include "tools/shell.h"

#include "base/mem.h"
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_SOCKET "/run/sipfed/control.sock"

enum { EXIT_ALL_OK, EXIT_FAILED, EXIT_NO_DAEMON };

volatile sig_atomic_t shell_interrupted;

struct shell {
	const char *path;
	enum shell_form form;
	const char **commands; /* of -c */
	size_t n_commands;
	size_t next_command;
	struct shell_link link;
	struct shell_edit *edit; /* NULL: no terminal, or -c */
	struct buf line;
	bool failed; /* some command did */
};

static void
on_interrupt(int sig)
{
	shell_interrupted = 1;
}

static void
usage(FILE *f)
{
	fputs("usage: sipfed [-s CONTROL_SOCKET] [-j] [-c COMMAND]...\n"
	      "  -s PATH     the daemon's socket (" DEFAULT_SOCKET ")\n"
	      "  -j          every show answers JSON\n"
	      "  -c COMMAND  run this; may be repeated\n"
	      "  -h, -V      this help; the version\n",
	    f);
}

/* The transcript shows what was typed; a secret as asterisks. */
static void
echo_line(const struct shell *s, const struct shell_turn *t)
{
	size_t i;

	if (isatty(STDIN_FILENO))
		return;
	if (t->want != WANT_SECRET) {
		printf("%.*s\n", STR_FMT(buf_str(&s->line)));
		return;
	}
	for (i = 0; i < buf_len(&s->line); i++)
		putchar('*');
	putchar('\n');
}

static enum shell_end
from_stdin(struct shell *s, const struct shell_turn *t)
{
	bool got;

	if (t->want == WANT_SECRET) {
		got = shell_input_secret(&s->line, t->prompt);
	} else {
		fputs(t->prompt, stdout);
		fflush(stdout);
		got = shell_input_line(&s->line);
	}
	if (got) {
		echo_line(s, t);
		return SHELL_OK;
	}
	if (*t->prompt != '\0')
		putchar('\n');
	fflush(stdout);
	if (t->want != WANT_COMMAND && !shell_interrupted)
		fprintf(stderr, "sipfed: input ended where an answer to "
				"\"%s\" was expected\n",
		    t->prompt);
	return shell_interrupted ? SHELL_INTERRUPTED : SHELL_CLOSED;
}

/* What t wants, into s->line. SHELL_CLOSED: there is no more. */
static enum shell_end
next_line(struct shell *s, const struct shell_turn *t)
{
	if (s->edit != NULL)
		return shell_edit_read(s->edit, t, &s->line);
	if (s->n_commands == 0 || t->want != WANT_COMMAND)
		return from_stdin(s, t);
	if (s->next_command == s->n_commands)
		return SHELL_CLOSED;
	buf_clear(&s->line);
	buf_puts(&s->line, s->commands[s->next_command++]);
	return SHELL_OK;
}

static int
lost(enum shell_end end)
{
	static const char *const why[] = {
		[SHELL_CLOSED] = "sipfedd closed the connection",
		[SHELL_INTERRUPTED] = "interrupted",
		[SHELL_GARBLED] = "a line is not UTF-8 or too long, or the "
				  "other side is not sipfedd",
	};

	fflush(stdout);
	fprintf(stderr, "sipfed: %s\n", why[end]);
	return EXIT_FAILED;
}

/* The session ended because the operator's lines did, or by exit. */
static int
finish(const struct shell *s)
{
	if (s->next_command < s->n_commands) {
		fprintf(stderr, "sipfed: the session ended before \"%s\"\n",
		    s->commands[s->next_command]);
		return EXIT_FAILED;
	}
	return s->failed ? EXIT_FAILED : EXIT_ALL_OK;
}

/* One line up, the answer down. */
static enum shell_end
exchange(struct shell *s, struct shell_turn *t)
{
	enum shell_form form = t->want == WANT_COMMAND ? s->form : FORM_TEXT;
	enum shell_end end;

	if (buf_error(&s->line) != ERR_OK)
		return SHELL_GARBLED;
	end = shell_link_send(&s->link, "line", buf_cstr(&s->line), form);
	memset(s->line.p, 0, s->line.cap); /* it may have been a secret */
	buf_clear(&s->line);
	if (end == SHELL_OK)
		end = shell_link_turn(&s->link, t, shell_print, NULL);
	/* While a command still asks, whether it succeeds is open. */
	if (end == SHELL_OK && (t->want == WANT_COMMAND || t->done) && !t->ok)
		s->failed = true;
	return end;
}

static int
run(struct shell *s)
{
	struct shell_turn t;
	enum shell_end end;

	end = shell_link_turn(&s->link, &t, shell_print, NULL);
	while (end == SHELL_OK && !t.done) {
		end = next_line(s, &t);
		if (end == SHELL_INTERRUPTED && s->edit != NULL &&
		    t.want == WANT_COMMAND) {
			shell_interrupted = 0; /* ^C drops the line only */
			fputs("^C\n", stdout);
			end = SHELL_OK;
			continue;
		}
		if (end == SHELL_CLOSED) { /* no more lines */
			if (t.want != WANT_COMMAND)
				return EXIT_FAILED;
			if (s->edit != NULL)
				putchar('\n');
			return finish(s);
		}
		if (end != SHELL_OK)
			break;
		if (t.want == WANT_COMMAND &&
		    str_trim(buf_str(&s->line)).n == 0)
			continue;
		end = exchange(s, &t);
	}
	return end == SHELL_OK ? finish(s) : lost(end);
}

static int
parse(struct shell *s, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "s:jc:hV")) != -1)
		switch (c) {
		case 's': s->path = optarg; break;
		case 'j': s->form = FORM_JSON; break;
		case 'c':
			if (!mem_grow(s->commands, s->n_commands))
				return EXIT_NO_DAEMON;
			s->commands[s->n_commands++] = optarg;
			break;
		case 'h': usage(stdout); return EXIT_ALL_OK;
		case 'V': puts(PACKAGE_STRING); return EXIT_ALL_OK;
		default: usage(stderr); return EXIT_NO_DAEMON;
		}
	if (optind == argc)
		return -1;
	usage(stderr);
	return EXIT_NO_DAEMON;
}

int
main(int argc, char **argv)
{
	struct shell s = { .path = DEFAULT_SOCKET, .link.fd = -1 };
	/* No SA_RESTART: ^C must end a read. */
	struct sigaction sa = { .sa_handler = on_interrupt };
	int status;

	mem_hook_libraries();
	setlocale(LC_CTYPE, "");
	buf_init(&s.line, SHELL_LINE);
	status = parse(&s, argc, argv);
	if (status >= 0)
		goto out;
	sigaction(SIGINT, &sa, NULL);
	if (shell_link_open(&s.link, s.path) != ERR_OK) {
		fprintf(stderr, "sipfed: cannot reach sipfedd at %s: %s: "
				"is it running?\n",
		    s.path, strerror(errno));
		status = EXIT_NO_DAEMON;
		goto out;
	}
	if (s.n_commands == 0 && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		s.edit = shell_edit_new(&s.link);
	status = run(&s);
out:
	shell_edit_free(s.edit);
	shell_link_close(&s.link);
	buf_fini(&s.line);
	mem_free(s.commands);
	return status;
}
