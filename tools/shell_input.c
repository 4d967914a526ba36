/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines from standard input, secrets among them, and output: see shell.h. */
#include "tools/shell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static char chunk[4096];
static size_t chunk_at, chunk_end;
static size_t lines_read;

static bool
next_byte(char *c)
{
	if (chunk_at == chunk_end) {
		ssize_t n;

		do
			n = read(STDIN_FILENO, chunk, sizeof(chunk));
		while (n < 0 && errno == EINTR && !shell_interrupted);
		if (n <= 0)
			return false;
		chunk_at = 0;
		chunk_end = (size_t)n;
	}
	*c = chunk[chunk_at];
	chunk[chunk_at++] = '\0'; /* it may be a secret */
	return true;
}

bool
shell_input_line(struct buf *line)
{
	static const char bom[] = "\xef\xbb\xbf";
	bool some = false;
	char c;

	buf_clear(line);
	while (next_byte(&c)) {
		some = true;
		if (c == '\n')
			break;
		buf_add(line, &c, 1);
	}
	if (!some)
		return false;
	while (buf_len(line) > 0 && line->p[line->end - 1] == '\r')
		line->end--;
	if (lines_read++ == 0 && buf_len(line) >= 3 &&
	    memcmp(line->p + line->start, bom, 3) == 0)
		buf_drain(line, 3);
	return true;
}

bool
shell_input_secret(struct buf *line, const char *prompt)
{
	struct termios old, quiet;
	bool tty = tcgetattr(STDIN_FILENO, &old) == 0;
	bool ok;

	fputs(prompt, stdout);
	fflush(stdout);
	if (tty) {
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		quiet.c_lflag |= ICANON | ISIG | ECHONL;
		quiet.c_iflag |= ICRNL;
		tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
	}
	ok = shell_input_line(line);
	if (tty)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &old);
	return ok;
}

void
shell_print(const char *text, void *arg)
{
	static int tty = -1;
	const unsigned char *p = (const unsigned char *)text;
	int last = '\n';

	if (tty < 0)
		tty = isatty(STDOUT_FILENO);
	for (; *p != '\0'; p++) {
		int c = *p;

		if (tty && ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f))
			c = '?';
		/* A C1 control is U+0080 to U+009F: C2 80 to C2 9F. */
		if (tty && c == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f) {
			c = '?';
			p++;
		}
		putchar(c);
		last = c;
	}
	if (last != '\n')
		putchar('\n');
	fflush(stdout);
}
