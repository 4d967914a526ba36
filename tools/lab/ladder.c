/* SPDX-License-Identifier: BSD-2-Clause */
/* What the operator sees of the traffic: see ladder.h. */
#include "tools/lab/ladder.h"

#include "base/mem.h"

#include <jansson.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

static void
clock_text(char *dst, size_t size, const char *fmt, const char *after)
{
	struct timespec ts;
	struct tm tm;
	char date[40];

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	strftime(date, sizeof(date), fmt, &tm);
	snprintf(dst, size, "%s.%03ld%s", date, ts.tv_nsec / 1000000, after);
}

static void
say(const struct lab *l, const char *fmt, va_list ap)
{
	char now[64];

	clock_text(now, sizeof(now), "%H:%M:%S", "");
	printf("%s %s ", now, l->o.who);
	vprintf(fmt, ap);
	putchar('\n');
}

void
lab_say(const struct lab *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(l, fmt, ap);
	va_end(ap);
}

void
lab_unexpected(struct lab *l, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	l->unexpected++;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	lab_say(l, "!! unexpected: %s", text);
}

static json_t *
json_slice(struct str s)
{
	char text[1024];

	return json_string(str_escape(text, sizeof(text), s));
}

void
ladder_message(struct lab *l, enum ladder_dir dir, const char *peer,
    const struct text *t)
{
	char line[300], now[64];
	char *json;
	json_t *o;

	str_escape(line, sizeof(line), t->line);
	if (l->o.loud > 0)
		lab_say(l, "%s %s", dir == LADDER_OUT ? "->" : "<-", line);
	if (l->o.loud > 1)
		printf("%.*s\n", STR_FMT(t->raw));
	if (l->ladder == NULL)
		return;
	clock_text(now, sizeof(now), "%Y-%m-%dT%H:%M:%S", "Z");
	o = json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o}", "time", now, "who",
	    l->o.who, "dir", dir == LADDER_OUT ? "out" : "in", "peer", peer,
	    "line", json_slice(t->line), "call_id",
	    json_slice(text_get(t, "Call-ID", 0)), "cseq",
	    json_slice(text_get(t, "CSeq", 0)));
	json = o == NULL ? NULL : json_dumps(o, JSON_COMPACT);
	if (json != NULL) { /* one write a line: several may append */
		fprintf(l->ladder, "%s\n", json);
		fflush(l->ladder);
	}
	mem_free(json);
	json_decref(o);
}
