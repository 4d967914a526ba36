/* SPDX-License-Identifier: BSD-2-Clause */
/* SUBSCRIBE and NOTIFY of Event: presence, both sides: see presence.h. */
#include "config.h"

#include "tools/lab/presence.h"

#include "base/mem.h"
#include "tools/lab/run.h"

#include <string.h>

static const char imp_accept[] = "Event: presence\r\n"
				 "Accept: application/pidf+xml\r\n";
/* The folded Accept is how the Edge sends it. */
static const char edge_accept[] =
    "Event: presence\r\n"
    "Accept: application/msrtc-event-categories+xml, "
    "application/xpidf+xml, text/xml+msrtc.pidf, application/pidf+xml,\r\n"
    " application/rlmi+xml, multipart/related\r\n"
    "Supported: com.microsoft.autoextend\r\n"
    "Supported: ms-piggyback-first-notify\r\n";

static struct txn *
subscribe(struct lab *l, struct dialog *d, unsigned expires)
{
	char extra[1024];
	struct ask a = { .method = "SUBSCRIBE",
		.extra = extra,
		.hope = HOPE_ANY };

	snprintf(extra, sizeof(extra), "%sExpires: %u\r\n",
	    l->o.role == ROLE_EDGE ? edge_accept : imp_accept, expires);
	return dialog_ask(l, d, &a);
}

const char *
presence_run(struct lab *l)
{
	struct dialog *d = dialog_new(l, DIALOG_WATCHER);
	struct txn *x = d != NULL ? subscribe(l, d, 7200) : NULL;
	unsigned before;

	if (x == NULL)
		return "SUBSCRIBE could not be sent";
	RUN_WAIT(l, x->status != 0);
	if (x->status / 100 != 2)
		return run_status(l, x);
	RUN_WAIT(l, d->pidfs > 0);
	if (d->pidfs == 0)
		return "no NOTIFY with the presence of the contact in time";
	RUN_WAIT(l, d->notifies > 1);
	if (d->notifies < 2)
		return "no NOTIFY about the change in time";
	before = d->notifies;
	x = subscribe(l, d, 7200);
	RUN_WAIT(l, x == NULL || (x->status != 0 && d->notifies > before));
	if (x == NULL || x->status / 100 != 2)
		return run_status(l, x);
	if (d->notifies == before)
		return "no NOTIFY after the refresh in time";
	x = subscribe(l, d, 0);
	RUN_WAIT(l, x == NULL || (x->status != 0 && d->terminated));
	d->over = true;
	if (x == NULL || x->status / 100 != 2)
		return run_status(l, x);
	return d->terminated ? NULL : "no terminating NOTIFY in time";
}

static void
notify(struct lab *l, struct dialog *d)
{
	static const char *const basic[] = { "open", "closed", "open" };
	char extra[200];
	char *body;
	struct ask a = { .method = "NOTIFY",
		.extra = extra,
		.type = "application/pidf+xml",
		.hope = HOPE_2XX };

	snprintf(extra, sizeof(extra),
	    "%s: %s\r\nEvent: presence\r\n",
	    l->o.role == ROLE_EDGE ? "subscription-state"
				   : "Subscription-State",
	    d->terminating ? "terminated;reason=timeout"
			   : "active;expires=7199");
	body = mem_printf("<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" "
			  "entity=\"sip:%s@%s\"><tuple id=\"0\"><status><basic>"
			  "%s</basic></status></tuple></presence>\r\n",
	    l->o.user, l->o.domain,
	    basic[d->notifies < 2 ? d->notifies : 2]);
	a.body = body;
	d->notifies++;
	if (body != NULL)
		dialog_ask(l, d, &a);
	mem_free(body);
}

void
presence_subscribe(struct lab *l, struct link *k, const struct text *t,
    struct dialog *d)
{
	uint64_t expires = 3600;
	char extra[80];

	if (!str_is(text_get(t, "Event", 0), "presence")) {
		dialog_answer(l, k, t, NULL, 489, "Bad Event", NULL, NULL,
		    NULL);
		lab_unexpected(l, "SUBSCRIBE without Event: presence");
		return;
	}
	if (d == NULL)
		d = dialog_accept(l, DIALOG_NOTIFIER, t);
	else
		d->refreshed = true;
	if (d == NULL) {
		dialog_answer(l, k, t, NULL, 503, "Service Unavailable", NULL,
		    NULL, NULL);
		return;
	}
	if (text_has(t, "Expires") &&
	    !str_to_uint(text_get(t, "Expires", 0), UINT32_MAX, &expires))
		lab_unexpected(l, "an Expires that is no number");
	d->terminating = expires == 0;
	snprintf(extra, sizeof(extra), "Event: presence\r\nExpires: %u\r\n",
	    (unsigned)expires);
	dialog_answer(l, k, t, d, 200, "OK", extra, NULL, NULL);
	notify(l, d);
}

void
presence_step(struct lab *l, struct dialog *d)
{
	if (d->over)
		return;
	/* The first was taken: tell a change. */
	if (d->notified == 1 && d->notifies == 1 && !d->terminating)
		notify(l, d);
	if (d->terminating && d->notified == d->notifies) {
		d->over = true;
		if (d->refreshed)
			l->done[DEED_PRESENCE]++;
	}
}

void
presence_notify(struct lab *l, struct link *k, const struct text *t,
    struct dialog *d)
{
	struct str state = text_get(t, "Subscription-State", 0);
	char entity[512];

	snprintf(entity, sizeof(entity), "entity=\"sip:%s@%s\"",
	    l->o.peer_user, l->o.peer_domain);
	dialog_answer(l, k, t, NULL, 200, "OK", NULL, NULL, NULL);
	if (d->kind != DIALOG_WATCHER) {
		lab_unexpected(l, "a NOTIFY in a dialog that is no watch");
		return;
	}
	/* It may overtake the 200, whose To tag must then be this one. */
	if (d->remote_tag[0] == '\0')
		lab_say(l, "-- NOTIFY overtook the 200");
	d->notifies++;
	if (str_starts_nocase(state, "terminated"))
		d->terminated = true;
	if (memmem(t->body.p, t->body.n, entity, strlen(entity)) != NULL &&
	    memmem(t->body.p, t->body.n, "<basic>", 7) != NULL)
		d->pidfs++;
	else
		lab_unexpected(l, "a NOTIFY without the contact's presence");
}
