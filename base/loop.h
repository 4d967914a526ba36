/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one event loop of a process. Established traffic runs before
 * handshakes, handshakes before accepts (DESIGN 3). Nobody dies in their own
 * callback: an object is closed at once and buried; the reaper frees it after
 * the current dispatch.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include "base/err.h"

#include <event2/event.h>
#include <stdbool.h>

enum loop_priority { LOOP_RELAY, LOOP_HANDSHAKE, LOOP_ACCEPT, LOOP_PRIORITIES };

enum err loop_init(void) ERR_CHECK;
void loop_fini(void); /* buries what is left first */
struct event_base *loop_base(void);

/* An event on fd with a priority; not added yet. NULL: out of memory. */
struct event *loop_event(evutil_socket_t fd, short what,
    enum loop_priority priority, event_callback_fn fn, void *arg);
/* A one-shot timer, not started. NULL: out of memory. */
struct event *loop_timer(event_callback_fn fn, void *arg);
void loop_timer_start(struct event *timer, long ms);
/* Delete and free; clears *ev; NULL is fine. */
void loop_event_free(struct event **ev);

void loop_run(void); /* until loop_stop() */
void loop_stop(void);

/* Embed one; its owner's free function runs after the current dispatch. */
struct grave {
	struct grave *next;
	void (*free)(void *object);
	void *object;
};
void loop_bury(struct grave *g, void (*free_fn)(void *), void *object);
void loop_reap(void); /* tests that run no loop call this themselves */

long loop_now_ms(void); /* monotonic, cached a turn */

#endif
