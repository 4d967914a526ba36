/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests outside dialogs: see probe.h. */
#include "tools/lab/probe.h"

#include "base/mem.h"
#include "tools/lab/run.h"

static struct txn *
options(struct lab *l, struct link *k, const char *hops)
{
	struct dialog *d = dialog_new(l, DIALOG_PROBE);
	struct ask a = { .method = "OPTIONS",
		.extra = "Accept: application/sdp\r\n",
		.hops = hops,
		.link = k,
		.hope = HOPE_ANY };
	struct txn *x = d != NULL ? dialog_ask(l, d, &a) : NULL;

	RUN_WAIT(l, x == NULL || x->status != 0);
	return x;
}

const char *
probe_options(struct lab *l)
{
	struct txn *x = options(l, NULL, NULL);

	if (x == NULL || x->status / 100 != 2)
		return run_status(l, x);
	x = options(l, NULL, "0");
	if (x == NULL || (x->status != 483 && x->status / 100 != 2))
		return run_status(l, x);
	return NULL;
}

struct txn *
probe_offer_compression(struct lab *l, struct link *k)
{
	struct dialog *d = dialog_new(l, DIALOG_PROBE);
	struct ask a = { .method = "NEGOTIATE",
		.extra = "Compression: LZ77-8K\r\n",
		.link = k,
		.hope = HOPE_4XX };
	char *target = mem_printf("sip:%s", k->peer);

	if (d == NULL || target == NULL) {
		mem_free(target);
		return NULL;
	}
	mem_free(d->target);
	d->target = target;
	return dialog_ask(l, d, &a);
}

const char *
probe_negotiate(struct lab *l)
{
	struct link *k = link_pick(l);
	struct txn *x = k != NULL ? probe_offer_compression(l, k) : NULL;

	RUN_WAIT(l, x == NULL || x->status != 0);
	if (x == NULL || x->status / 100 != 4)
		return run_status(l, x);
	if (k->state != LINK_UP)
		return "the connection was closed after NEGOTIATE";
	x = options(l, k, NULL); /* and it still carries requests */
	return x != NULL && x->status / 100 == 2 ? NULL : run_status(l, x);
}

const char *
probe_benotify(struct lab *l)
{
	struct dialog *d = dialog_new(l, DIALOG_PROBE);
	struct ask a = { .method = "BENOTIFY",
		.extra = "Proxy-Require: ms-benotify\r\n"
			 "Event: presence\r\n"
			 "subscription-state: active;expires=7000\r\n",
		.hope = HOPE_SILENCE };
	struct txn *x = d != NULL ? dialog_ask(l, d, &a) : NULL;
	long end = lab_now() + 1000;

	while (x != NULL && x->status == 0 && !lab_stop && lab_now() < end)
		lab_turn(l, 50);
	if (x == NULL || x->status != 0)
		return run_status(l, x);
	return NULL;
}
