/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks found or made by name. Every kind begins with next, name, pos. */
#include "conf/object.h"

#include "base/mem.h"

#include <string.h>

struct head {
	struct head *next;
	char *name;
	struct conf_pos pos;
};

enum err
conf_object_get(void **out, void **list, const char *name, size_t size,
    struct conf_pos pos, bool *made)
{
	struct head **at = (struct head **)list, *h;
	size_t n;

	*made = false;
	for (n = 0; *at != NULL; at = &(*at)->next, n++)
		if (strcmp((*at)->name, name) == 0) {
			*out = *at;
			return ERR_OK;
		}
	if (n >= MOST_OBJECTS || strlen(name) >= 65)
		return ERR_CONF_VALUE;
	h = mem_zalloc(size);
	if (h == NULL || (h->name = mem_strdup(name)) == NULL) {
		mem_free(h);
		return ERR_NOMEM;
	}
	h->pos = pos;
	*at = h;
	*out = h;
	*made = true;
	return ERR_OK;
}
