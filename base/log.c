/* SPDX-License-Identifier: BSD-2-Clause */
/* Log lines to stderr or journald, and to a sink: see log.h. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_ = 2048 };

static enum log_level most = LOG_INFO_;
static log_sink_fn *sink;
static void *sink_arg;
static bool to_stderr = true;

void
log_set_level(enum log_level level)
{
	most = level;
}

enum log_level
log_get_level(void)
{
	return most;
}

bool
log_wanted(enum log_level level)
{
	return level <= most;
}

void
log_set_sink(log_sink_fn *fn, void *arg)
{
	sink = fn;
	sink_arg = arg;
}

void
log_set_stderr(bool on)
{
	to_stderr = on;
}

static void
write_stderr(enum log_level level, const char *line)
{
	char out[LINE_MAX_ + 64], when[32] = "";
	struct tm tm;
	time_t now = time(NULL);
	int n;

	if (getenv("JOURNAL_STREAM") != NULL) {
		n = snprintf(out, sizeof(out), "<%d>%s\n", level, line);
	} else {
		gmtime_r(&now, &tm);
		strftime(when, sizeof(when), "%b %d %Y %H:%M:%S", &tm);
		n = snprintf(out, sizeof(out), "%s: %s\n", when, line);
	}
	if (n > (int)sizeof(out) - 1)
		n = (int)sizeof(out) - 1;
	/* One write a line: lines of several processes do not mix. */
	if (write(STDERR_FILENO, out, (size_t)n) < 0)
		return;
}

void
log_relay(enum log_level level, const char *line)
{
	char clean[LINE_MAX_];
	size_t i;

	snprintf(clean, sizeof(clean), "%s", line);
	for (i = 0; clean[i] != '\0'; i++)
		if ((unsigned char)clean[i] < 0x20 || clean[i] == 0x7f)
			clean[i] = '?';
	if (to_stderr)
		write_stderr(level, clean);
	if (sink != NULL)
		sink(level, clean, sink_arg);
}

static void
log_v(enum log_level level, const char *head, const char *fmt, va_list args)
{
	char line[LINE_MAX_];
	size_t n = (size_t)snprintf(line, sizeof(line), "%s", head);

	vsnprintf(line + n, sizeof(line) - n, fmt, args);
	log_relay(level, line);
}

void
log_write(enum log_level level, int id, const char *fmt, ...)
{
	char head[48];
	va_list args;

	if (!log_wanted(level))
		return;
	snprintf(head, sizeof(head), "%%SIPFED-%d-%06d: ", level, id);
	va_start(args, fmt);
	log_v(level, head, fmt, args);
	va_end(args);
}

void
log_debug(const char *tag, const char *fmt, ...)
{
	char head[48];
	va_list args;

	if (!log_wanted(LOG_DEBUG_))
		return;
	snprintf(head, sizeof(head), "debug %.30s: ", tag);
	va_start(args, fmt);
	log_v(LOG_DEBUG_, head, fmt, args);
	va_end(args);
}
