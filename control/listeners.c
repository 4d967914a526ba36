/* SPDX-License-Identifier: BSD-2-Clause */
/* Listening sockets of all workers: see listeners.h. */
#include "control/listeners.h"

#include "base/addr.h"
#include "base/mem.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

struct listener {
	struct listener *next;
	struct addr addr;
	char interface[80];
	int *fds;    /* one a worker */
	int n;
	bool wanted; /* by the newest configuration */
};

static struct listener *listeners;
static char why[160];

const char *
listeners_why(void)
{
	return why;
}

static int
open_one(const struct addr *a)
{
	int on = 1;
	int fd = socket(a->ss.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (a->ss.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&a->ss, a->len) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
listener_free(struct listener *l)
{
	while (l->n > 0)
		close(l->fds[--l->n]);
	mem_free(l->fds);
	mem_free(l);
}

/* SO_REUSEPORT would let two daemons share a port silently: probe first. */
static bool
is_taken(const struct addr *a)
{
	int on = 1, rc, saved;
	int fd = socket(a->ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (a->ss.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	rc = bind(fd, (const struct sockaddr *)&a->ss, a->len);
	saved = errno;
	close(fd);
	errno = saved;
	return rc != 0;
}

static enum err
listener_new(struct listener **out, const struct addr *a, int workers)
{
	struct listener *l = mem_new(struct listener);
	char text[ADDR_TEXT];
	bool taken;

	if (l == NULL)
		return ERR_NOMEM;
	l->addr = *a;
	l->fds = mem_alloc((size_t)workers * sizeof(int));
	if (l->fds == NULL) {
		listener_free(l);
		return ERR_NOMEM;
	}
	errno = EADDRINUSE;
	for (taken = is_taken(a); !taken && l->n < workers; l->n++) {
		l->fds[l->n] = open_one(a);
		if (l->fds[l->n] < 0)
			break;
	}
	if (l->n < workers) {
		snprintf(why, sizeof(why), "listen %s: %s", addr_sip(a, text),
		    strerror(errno));
		listener_free(l);
		return ERR_SYSTEM;
	}
	*out = l;
	return ERR_OK;
}

static struct listener *
find(const struct addr *a)
{
	struct listener *l;

	for (l = listeners; l != NULL; l = l->next)
		if (addr_equal(&l->addr, a))
			return l;
	return NULL;
}

static enum err
want(const struct conf_interface *f, const struct conf_listen *c, int workers)
{
	struct listener *l, **end;
	struct addr a;
	enum err err = addr_parse(&a, str_of(c->ip), (uint16_t)c->port);

	if (err)
		return err;
	l = find(&a);
	if (l == NULL) {
		err = listener_new(&l, &a, workers);
		if (err)
			return err;
		for (end = &listeners; *end != NULL; end = &(*end)->next)
			;
		*end = l;
	}
	l->wanted = true;
	str_copy(l->interface, sizeof(l->interface), str_of(f->name));
	return ERR_OK;
}

enum err
listeners_update(const struct conf *c, int workers, json_t **list)
{
	const struct conf_interface *f;
	struct listener *l;
	enum err err = ERR_OK;
	size_t i;

	for (l = listeners; l != NULL; l = l->next)
		l->wanted = false;
	for (f = c->interfaces; f != NULL; f = f->next)
		for (i = 0; i < f->n_listen && !err; i++)
			err = want(f, &f->listen[i], workers);
	if (err)
		return err;
	*list = json_array();
	for (l = listeners; l != NULL; l = l->next) {
		char ip[ADDR_TEXT];

		if (l->wanted)
			json_array_append_new(*list, json_pack(
			    "{s:s,s:s,s:i}", "interface", l->interface, "ip",
			    addr_ip(&l->addr, ip), "port",
			    (int)addr_port(&l->addr)));
	}
	return *list != NULL ? ERR_OK : ERR_NOMEM;
}

void
listeners_drop_unused(void)
{
	struct listener **at = &listeners;

	while (*at != NULL) {
		struct listener *l = *at;

		if (l->wanted) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		listener_free(l);
	}
}

enum err
listeners_fds(int worker, int *fds, int *n, int most)
{
	struct listener *l;

	for (l = listeners; l != NULL; l = l->next) {
		if (!l->wanted)
			continue;
		if (*n >= most)
			return ERR_FULL;
		fds[(*n)++] = l->fds[worker];
	}
	return ERR_OK;
}
