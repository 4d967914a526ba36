/* SPDX-License-Identifier: BSD-2-Clause */
/* The counters' shared page: see stats.h. */
#include "proxy/stats.h"

#include "base/mem.h"

#include <sys/mman.h>
#include <unistd.h>

struct stats_page *stats;

static const struct {
	const char *name, *what;
	size_t at;
} rows[] = {
#define S(name, what) { #name, what, offsetof(struct stats_peer, name) },
#include "proxy/stats.def"
#undef S
};

enum err
stats_create(struct stats_page **out, int *fd)
{
	*fd = memfd_create("sipfed-stats", MFD_CLOEXEC);
	if (*fd < 0)
		return ERR_SYSTEM;
	if (ftruncate(*fd, sizeof(struct stats_page)) != 0 ||
	    stats_attach(out, *fd) != ERR_OK) {
		close(*fd);
		return ERR_SYSTEM;
	}
	return ERR_OK;
}

enum err
stats_attach(struct stats_page **out, int fd)
{
	void *p = mmap(NULL, sizeof(struct stats_page), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return ERR_SYSTEM;
	*out = p;
	return ERR_OK;
}

void
stats_release(struct stats_page *p)
{
	if (p != NULL)
		munmap(p, sizeof(*p));
}

const char *
stats_name(size_t i)
{
	return i < countof(rows) ? rows[i].name : NULL;
}

const char *
stats_what(size_t i)
{
	return i < countof(rows) ? rows[i].what : NULL;
}

uint64_t
stats_value(const struct stats_peer *p, size_t i)
{
	return *(const volatile uint64_t *)((const char *)p + rows[i].at);
}
