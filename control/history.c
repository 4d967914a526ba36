/* SPDX-License-Identifier: BSD-2-Clause */
/* What happened: the last verdicts of each peer and the last log lines. */
#include "control/control.h"

#include "base/hash.h"

#include <string.h>

struct history {
	UT_hash_handle hh;
	char name[64];
	json_t *ring[HISTORY_VERDICTS];
	size_t next;
};

enum { MOST_PEERS = STATS_PEERS };

static struct history *histories;
static char *lines[HISTORY_LINES];
static size_t next_line;

static struct history *
find(const char *peer)
{
	struct history *h;

	HASH_FIND_STR(histories, peer, h);
	return h;
}

void
history_verdict(const char *peer, json_t *v)
{
	struct history *h = find(peer);
	size_t at;

	if (h == NULL && HASH_COUNT(histories) < MOST_PEERS) {
		h = mem_new(struct history);
		if (h != NULL) {
			str_copy(h->name, sizeof(h->name), str_of(peer));
			HASH_ADD_STR(histories, name, h);
		}
	}
	if (h == NULL) {
		json_decref(v);
		return;
	}
	at = h->next++ % HISTORY_VERDICTS;
	json_decref(h->ring[at]);
	h->ring[at] = v;
}

json_t *
history_verdicts(const char *peer)
{
	struct history *h = find(peer);
	json_t *list = json_array();
	size_t i;

	if (h == NULL)
		return list;
	for (i = 0; i < HISTORY_VERDICTS && i < h->next; i++)
		json_array_append(
		    list, h->ring[(h->next - 1 - i) % HISTORY_VERDICTS]);
	return list;
}

void
history_line(const char *line)
{
	char **at = &lines[next_line++ % HISTORY_LINES];

	mem_free(*at);
	*at = mem_strdup(line);
}

static const char *
line_at(size_t i)
{
	size_t first = next_line > HISTORY_LINES ? next_line - HISTORY_LINES : 0;
	const char *line;

	if (first + i >= next_line)
		return NULL;
	line = lines[(first + i) % HISTORY_LINES];
	return line != NULL ? line : "";
}

void
history_write_lines(struct buf *out)
{
	const char *line;
	size_t i;

	for (i = 0; (line = line_at(i)) != NULL; i++)
		buf_printf(out, "%s\n", line);
}

json_t *
history_lines(void)
{
	json_t *list = json_array();
	const char *line;
	size_t i;

	for (i = 0; (line = line_at(i)) != NULL; i++)
		json_array_append_new(list, json_string(line));
	return list;
}
