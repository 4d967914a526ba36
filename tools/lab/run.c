/* SPDX-License-Identifier: BSD-2-Clause */
/* The turn of the loop, and the scenarios in order: see run.h. */
#include "tools/lab/run.h"

#include "base/mem.h"
#include "tools/lab/im.h"
#include "tools/lab/presence.h"
#include "tools/lab/probe.h"
#include "tools/lab/serve.h"

#include <poll.h>
#include <time.h>

static const char *(*const scenarios[DEEDS])(struct lab *) = {
	[DEED_PRESENCE] = presence_run,
	[DEED_IM] = im_run,
	[DEED_OPTIONS] = probe_options,
	[DEED_NEGOTIATE] = probe_negotiate,
	[DEED_BENOTIFY] = probe_benotify,
};

long
lab_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
bury(struct lab *l)
{
	size_t i;

	for (i = 0; i < LINKS; i++)
		if (l->links[i] != NULL && l->links[i]->state == LINK_DEAD &&
		    buf_len(&l->links[i]->in) == 0) {
			link_free(l->links[i]);
			l->links[i] = NULL;
		}
}

static void
wait_for_bytes(struct lab *l, long ms)
{
	struct pollfd p[LINKS + 1];
	nfds_t n = 0;
	size_t i;

	if (l->listen_fd >= 0)
		p[n++] = (struct pollfd){ .fd = l->listen_fd,
			.events = POLLIN };
	for (i = 0; i < LINKS; i++) {
		const struct link *k = l->links[i];

		if (k == NULL || k->state == LINK_DEAD)
			continue;
		p[n].fd = k->fd;
		p[n++].events = k->state == LINK_DIALING
				    ? POLLOUT
				    : (short)(POLLIN | k->want);
	}
	if (poll(p, n, (int)ms) > 0 && l->listen_fd >= 0 &&
	    (p[0].revents & POLLIN) != 0)
		link_accept(l);
}

static void
serve_link(struct lab *l, struct link *k)
{
	struct buf raw;

	buf_init(&raw, TEXT_HEAD + TEXT_BODY);
	while (link_take(l, k, &raw))
		serve_message(l, k, buf_str(&raw));
	if (k->state == LINK_DEAD)
		buf_clear(&k->in); /* half a message */
	buf_fini(&raw);
}

void
lab_turn(struct lab *l, long ms)
{
	size_t i;

	bury(l);
	wait_for_bytes(l, ms);
	for (i = 0; i < LINKS; i++)
		if (l->links[i] != NULL && l->links[i]->state != LINK_DEAD) {
			link_step(l, l->links[i]);
			serve_link(l, l->links[i]);
		}
	for (i = 0; i < DIALOGS; i++)
		if (l->dialogs[i] != NULL &&
		    l->dialogs[i]->kind == DIALOG_NOTIFIER)
			presence_step(l, l->dialogs[i]);
	dialog_overdue(l);
}

const char *
run_status(struct lab *l, const struct txn *x)
{
	static char why[128];

	if (x == NULL)
		return "a request could not be sent";
	if (x->status == 0)
		snprintf(why, sizeof(why), "no answer to %s within %ld s",
		    x->method, l->o.timeout_ms / 1000);
	else
		snprintf(why, sizeof(why), "%s was answered by %u", x->method,
		    x->status);
	return why;
}

static size_t
links_up(const struct lab *l, size_t *alive)
{
	size_t i, up = 0;

	*alive = 0;
	for (i = 0; i < LINKS; i++) {
		const struct link *k = l->links[i];

		if (k == NULL || k->side != LINK_OURS || k->state == LINK_DEAD)
			continue;
		(*alive)++;
		up += k->state == LINK_UP;
	}
	return up;
}

const char *
run_connect(struct lab *l)
{
	long end = lab_now() + l->o.timeout_ms;
	size_t alive;

	while (links_up(l, &alive) < l->o.connections) {
		if (lab_stop || lab_now() > end)
			return "the proxy takes no connection";
		while (alive < l->o.connections && link_open(l) != NULL)
			alive++;
		lab_turn(l, 100);
		/* Refused at once: do not spin. */
		if (links_up(l, &alive) < l->o.connections)
			poll(NULL, 0, 250);
	}
	return NULL;
}

unsigned
run_all(struct lab *l)
{
	unsigned failed = 0;
	const char *why = run_connect(l);
	size_t i;

	for (i = 0; i < DEEDS; i++) {
		const char *said = why;

		if (!l->o.run[i])
			continue;
		if (why == NULL)
			said = scenarios[i](l);
		if (said == NULL)
			printf("%s: fulfilled\n", deed_name((enum deed)i));
		else
			printf("%s: FAILED: %s\n", deed_name((enum deed)i),
			    said);
		failed += said != NULL;
	}
	return failed;
}

static bool
all_came(const struct lab *l)
{
	size_t i;

	for (i = 0; i < DEEDS; i++)
		if (l->o.expect[i] && l->done[i] == 0)
			return false;
	return true;
}

void
run_serve(struct lab *l)
{
	long wait = l->o.serve ? l->o.serve_ms : l->o.timeout_ms;
	long end = lab_now() + wait;

	if (!l->o.serve && !l->o.any_expect)
		return;
	while (!lab_stop && (wait == 0 || lab_now() < end)) {
		if (!l->o.serve && all_came(l))
			break;
		lab_turn(l, 100);
	}
	/* Let the last answers leave before the connections close. */
	lab_turn(l, 100);
}

unsigned
run_expected(struct lab *l)
{
	unsigned missing = 0;
	size_t i;

	for (i = 0; i < DEEDS; i++) {
		if (!l->o.expect[i])
			continue;
		printf("%s toward us: %s\n", deed_name((enum deed)i),
		    l->done[i] > 0 ? "fulfilled" : "FAILED: it never came");
		missing += l->done[i] == 0;
	}
	return missing;
}
