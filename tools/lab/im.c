/* SPDX-License-Identifier: BSD-2-Clause */
/* INVITE, ACK, INFO, MESSAGE, BYE: see im.h. */
#include "config.h"

#include "tools/lab/im.h"

#include "base/mem.h"
#include "tools/lab/run.h"

#include <string.h>

/* The line ends in a space before its CRLF, as captured ones do. */
#define ACCEPT_TYPES "a=accept-types:text/plain text/html text/rtf \r\n"

static const char typing[] = "<?xml version=\"1.0\"?>\r\n<KeyboardActivity>"
			     "<status status=\"type\" /></KeyboardActivity>";

static char *
sdp(const char *target)
{
	return mem_printf("v=0\r\no=- 0 0 IN IP4 10.0.0.1\r\ns=session\r\n"
			  "c=IN IP4 10.0.0.1\r\nt=0 0\r\n"
			  "m=message 5060 sip %s\r\n" ACCEPT_TYPES,
	    target);
}

/* What an Edge adds: the first text in a header, many Supported lines. */
static char *
edge_extra(const struct lab *l, const char *id)
{
	return mem_printf(
	    "Supported: ms-sender\r\nSupported: ms-early-media\r\n"
	    "Supported: timer\r\nSupported: histinfo\r\n"
	    "Ms-Conversation-ID: AdHq%s\r\n"
	    "EndPoints: <sip:%s@%s>, <sip:%s@%s>\r\n"
	    "ms-text-format: text/plain; charset=UTF-8; ms-body=SGk=\r\n"
	    "ms-keep-alive: UAC;hop-hop=yes\r\n"
	    "Subject: Verona, caf\xc3\xa9\r\n",
	    id, l->o.user, l->o.domain, l->o.peer_user, l->o.peer_domain);
}

static struct txn *
invite(struct lab *l, struct dialog *d)
{
	char *body = sdp("null");
	char *extra = l->o.role == ROLE_EDGE
			  ? edge_extra(l, d->call_id)
			  : mem_strdup("Supported: timer\r\n");
	struct ask a = { .method = "INVITE",
		.extra = extra,
		.type = "application/sdp",
		.body = body,
		.hope = HOPE_ANY };
	struct txn *x = NULL;

	if (body != NULL && extra != NULL)
		x = dialog_ask(l, d, &a);
	mem_free(body);
	mem_free(extra);
	return x;
}

static struct txn *
say(struct lab *l, struct dialog *d, const char *text)
{
	struct ask a = { .method = "MESSAGE",
		.type = "text/plain; charset=UTF-8",
		.body = text,
		.hope = HOPE_2XX };

	return dialog_ask(l, d, &a);
}

/* Within a session: NULL or why not. */
static const char *
talk(struct lab *l, struct dialog *d)
{
	struct ask info = { .method = "INFO",
		.type = "application/xml",
		.body = typing,
		.hope = HOPE_ANY };
	struct ask bye = { .method = "BYE", .hope = HOPE_ANY };
	struct txn *x = dialog_ask(l, d, &info);

	RUN_WAIT(l, x == NULL || x->status != 0);
	if (x == NULL || x->status / 100 != 2)
		return run_status(l, x);
	x = say(l, d, "But soft, what light through yonder window breaks? "
		      "\xe2\x98\x80\r\n");
	RUN_WAIT(l, x == NULL || (x->status != 0 && d->messages > 0));
	if (x == NULL || x->status / 100 != 2)
		return run_status(l, x);
	if (d->messages == 0)
		return "no MESSAGE from the other side in time";
	x = dialog_ask(l, d, &bye);
	RUN_WAIT(l, x == NULL || x->status != 0);
	return x != NULL && x->status / 100 == 2 ? NULL : run_status(l, x);
}

const char *
im_run(struct lab *l)
{
	struct dialog *d = dialog_new(l, DIALOG_CALLER);
	struct txn *x = d != NULL ? invite(l, d) : NULL;
	struct ask ack = { .method = "ACK", .hope = HOPE_ANY };
	const char *why;

	if (x == NULL)
		return "INVITE could not be sent";
	RUN_WAIT(l, x->status != 0);
	if (x->status / 100 != 2) {
		d->over = true;
		return run_status(l, x);
	}
	if (x->provisional == 0)
		return "no provisional response to INVITE";
	if (dialog_ask(l, d, &ack) == NULL)
		return "ACK could not be sent";
	why = talk(l, d);
	d->over = true;
	return why;
}

void
im_invite(struct lab *l, struct link *k, const struct text *t)
{
	struct dialog *d = dialog_accept(l, DIALOG_CALLED, t);
	char target[600];
	char *body;

	snprintf(target, sizeof(target), "sip:%s@%s", l->o.user, l->o.domain);
	body = sdp(target);
	if (d == NULL || body == NULL) {
		mem_free(body);
		dialog_answer(l, k, t, NULL, 503, "Service Unavailable", NULL,
		    NULL, NULL);
		return;
	}
	if (memmem(t->body.p, t->body.n, "m=message ", 10) == NULL)
		lab_unexpected(l, "an INVITE that offers no messages");
	dialog_answer(l, k, t, NULL, 100, "Trying", NULL, NULL, NULL);
	if (l->o.role == ROLE_EDGE)
		dialog_answer(l, k, t, d, 101, "Progress Report", NULL, NULL,
		    NULL);
	dialog_answer(l, k, t, d, 180, "Ringing", NULL, NULL, NULL);
	dialog_answer(l, k, t, d, 200, "OK", NULL, "application/sdp", body);
	mem_free(body);
}

void
im_within(struct lab *l, struct link *k, const struct text *t,
    struct dialog *d)
{
	if (str_is(t->method, "ACK")) {
		d->acked = true;
		return;
	}
	dialog_answer(l, k, t, NULL, 200, "OK", NULL, NULL, NULL);
	if (d->kind == DIALOG_CALLED && !d->acked)
		lab_say(l, "-- %.*s overtook the ACK", STR_FMT(t->method));
	if (str_is(t->method, "MESSAGE")) {
		if (d->messages++ == 0 && d->kind == DIALOG_CALLED)
			say(l, d, "It is the east.\r\n");
	} else if (str_is(t->method, "BYE")) {
		d->over = true;
		if (d->kind == DIALOG_CALLED && d->acked && d->messages > 0)
			l->done[DEED_IM]++;
		else
			lab_unexpected(l, "a BYE before the session was whole");
	}
}
