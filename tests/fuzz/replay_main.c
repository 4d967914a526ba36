/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a fuzz target over its corpus folder in `make check`; prints TAP. */
#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir"), *name = argv[0], *p;
	char folder[4096], path[4096 + 256];
	struct dirent *entry;
	size_t n, count = 0;
	char *data;
	DIR *dir;

	for (p = argv[0]; *p != '\0'; p++) /* ".../replay_frame": "frame" */
		if (*p == '_' || *p == '/')
			name = p + 1;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s",
	    top != NULL ? top : ".", name);
	dir = opendir(argc > 1 ? argv[1] : folder);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s",
		    argc > 1 ? argv[1] : folder, entry->d_name);
		if (entry->d_name[0] == '.' ||
		    file_read(&data, &n, path, 1 << 20) != ERR_OK)
			continue;
		LLVMFuzzerTestOneInput((const uint8_t *)data, n);
		mem_free(data);
		count++;
	}
	if (dir != NULL)
		closedir(dir);
	printf("1..1\n%s 1 - %zu inputs of %s\n",
	    count != 0 ? "ok" : "not ok", count, name);
	return count != 0 ? 0 : 1;
}
