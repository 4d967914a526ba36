/* SPDX-License-Identifier: BSD-2-Clause */
/* The event loop and its reaper: see loop.h. */
#include "base/loop.h"

#include "base/mem.h"

#include <time.h>

static struct event_base *base;
static struct event *reaper;
static struct grave *graves;

void
loop_reap(void)
{
	while (graves != NULL) {
		struct grave *g = graves;

		graves = g->next;
		g->free(g->object);
	}
}

static void
on_reap(evutil_socket_t fd, short what, void *arg)
{
	loop_reap();
}

enum err
loop_init(void)
{
	struct event_config *cfg = event_config_new();

	if (cfg == NULL)
		return ERR_NOMEM;
	event_config_set_flag(cfg, EVENT_BASE_FLAG_NOLOCK);
	/* Look for established traffic again after a few lesser events. */
	event_config_set_max_dispatch_interval(cfg, NULL, 4, LOOP_HANDSHAKE);
	base = event_base_new_with_config(cfg);
	event_config_free(cfg);
	if (base == NULL)
		return ERR_NOMEM;
	event_base_priority_init(base, LOOP_PRIORITIES);
	reaper = event_new(base, -1, 0, on_reap, NULL);
	if (reaper == NULL) {
		loop_fini();
		return ERR_NOMEM;
	}
	event_priority_set(reaper, LOOP_RELAY);
	return ERR_OK;
}

void
loop_fini(void)
{
	loop_reap();
	loop_event_free(&reaper);
	if (base != NULL)
		event_base_free(base);
	base = NULL;
}

struct event_base *
loop_base(void)
{
	return base;
}

struct event *
loop_event(evutil_socket_t fd, short what, enum loop_priority priority,
    event_callback_fn fn, void *arg)
{
	struct event *ev = event_new(base, fd, what, fn, arg);

	if (ev != NULL)
		event_priority_set(ev, priority);
	return ev;
}

struct event *
loop_timer(event_callback_fn fn, void *arg)
{
	return loop_event(-1, 0, LOOP_RELAY, fn, arg);
}

void
loop_timer_start(struct event *timer, long ms)
{
	struct timeval tv = { ms / 1000, (ms % 1000) * 1000 };

	event_add(timer, &tv);
}

void
loop_event_free(struct event **ev)
{
	if (*ev == NULL)
		return;
	event_free(*ev);
	*ev = NULL;
}

void
loop_run(void)
{
	event_base_dispatch(base);
}

void
loop_stop(void)
{
	event_base_loopbreak(base);
}

void
loop_bury(struct grave *g, void (*free_fn)(void *), void *object)
{
	g->free = free_fn;
	g->object = object;
	g->next = graves;
	graves = g;
	if (reaper != NULL)
		event_active(reaper, EV_TIMEOUT, 1);
}

long
loop_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000L + ts.tv_nsec / 1000000L;
}
