/* SPDX-License-Identifier: BSD-2-Clause */
/* Judging and dispatching requests: see serve.h. */
#include "config.h"

#include "tools/lab/serve.h"

#include "base/mem.h"
#include "tools/lab/dialog.h"
#include "tools/lab/im.h"
#include "tools/lab/ladder.h"
#include "tools/lab/presence.h"

#include <string.h>

/* What any request must be, whoever it is for. */
static void
check_shape(struct lab *l, const struct text *t)
{
	static const char *const needed[] = { "Via", "From", "To", "Call-ID",
		"CSeq", "Max-Forwards" };
	struct str via = text_get(t, "Via", 0), method;
	struct str branch = text_param(text_element(&via), "branch");
	uint64_t hops;
	size_t i;

	for (i = 0; i < countof(needed); i++)
		if (!text_has(t, needed[i]))
			lab_unexpected(l, "%.*s without %s",
			    STR_FMT(t->method), needed[i]);
	text_cseq(t, &method);
	if (!str_equal(method, t->method))
		lab_unexpected(l, "%.*s with CSeq of another method",
		    STR_FMT(t->method));
	if (!str_starts_nocase(branch, "z9hG4bK"))
		lab_unexpected(l, "a top Via without a proper branch");
	if (!str_to_uint(text_get(t, "Max-Forwards", 0), 70, &hops))
		lab_unexpected(l, "a Max-Forwards out of range");
	if (!dialog_body_whole(t))
		lab_unexpected(l, "the body of %.*s changed on the way",
		    STR_FMT(t->method));
}

static void
check_record_route(struct lab *l, const struct text *t)
{
	size_t i;

	if (!text_has(t, "Record-Route") && !l->o.direct)
		lab_unexpected(l, "%.*s without Record-Route",
		    STR_FMT(t->method));
	for (i = 0;; i++) {
		struct str rest = text_get(t, "Record-Route", i);

		if (rest.n == 0)
			return;
		while (rest.n > 0) {
			struct str uri = text_uri(text_element(&rest));

			if (memmem(uri.p, uri.n, ";lr", 3) == NULL)
				lab_unexpected(l, "a strict Record-Route");
		}
	}
}

/* A request in a dialog: its target, route and sequence. */
static void
check_within(struct lab *l, const struct text *t, struct dialog *d)
{
	char contact[1024], own[1024];
	struct str method, route = text_get(t, "Route", 0);
	unsigned cseq = text_cseq(t, &method);

	dialog_contact(l, contact, sizeof(contact));
	dialog_own_route(l, own, sizeof(own));
	if (!str_equal(t->uri, str_of(contact)))
		lab_unexpected(l, "%.*s to %.*s instead of our Contact",
		    STR_FMT(t->method), STR_FMT(t->uri));
	if (!str_equal(text_element(&route), str_of(own)))
		lab_unexpected(l, "the route set is no longer valid: \"%.*s\"",
		    STR_FMT(text_get(t, "Route", 0)));
	if (!str_is(t->method, "ACK")) {
		if (cseq <= d->remote_cseq)
			/* On parallel connections they may overtake. */
			lab_say(l, "-- CSeq %u after %u", cseq,
			    d->remote_cseq);
		else
			d->remote_cseq = cseq;
	}
}

static void
refuse(struct lab *l, struct link *k, const struct text *t, unsigned status,
    const char *reason)
{
	if (!str_is(t->method, "ACK") && !str_is(t->method, "BENOTIFY"))
		dialog_answer(l, k, t, NULL, status, reason, NULL, NULL, NULL);
	lab_unexpected(l, "%.*s: %s", STR_FMT(t->method), reason);
}

static void
within(struct lab *l, struct link *k, const struct text *t)
{
	struct dialog *d = dialog_find(l, t);

	if (d == NULL) {
		refuse(l, k, t, 481, "Call/Transaction Does Not Exist");
		return;
	}
	check_within(l, t, d);
	if (str_is(t->method, "SUBSCRIBE"))
		presence_subscribe(l, k, t, d);
	else if (str_is(t->method, "NOTIFY"))
		presence_notify(l, k, t, d);
	else if (str_is(t->method, "BENOTIFY"))
		l->done[DEED_BENOTIFY]++;
	else if (str_is(t->method, "ACK") || str_is(t->method, "INFO") ||
		 str_is(t->method, "MESSAGE") || str_is(t->method, "BYE"))
		im_within(l, k, t, d);
	else
		refuse(l, k, t, 405, "Method Not Allowed");
}

static void
outside(struct lab *l, struct link *k, const struct text *t)
{
	bool ours = str_equal(text_uri_user(t->uri), str_of(l->o.user)) &&
		    str_is(text_uri_host(t->uri), l->o.domain);

	if (str_is(t->method, "NEGOTIATE")) {
		dialog_answer(l, k, t, NULL, 488, "Not Acceptable Here", NULL,
		    NULL, NULL);
		if (!l->o.direct) /* it is between neighbours only */
			lab_unexpected(l, "NEGOTIATE was forwarded");
		l->done[DEED_NEGOTIATE]++;
	} else if (!ours) {
		refuse(l, k, t, 404, "Not Found");
	} else if (str_is(t->method, "OPTIONS")) {
		dialog_answer(l, k, t, NULL, 200, "OK",
		    "Allow: INVITE, BYE, ACK, CANCEL, INFO, MESSAGE, NOTIFY, "
		    "BENOTIFY, OPTIONS\r\n",
		    NULL, NULL);
		l->done[DEED_OPTIONS]++;
	} else if (str_is(t->method, "BENOTIFY")) {
		l->done[DEED_BENOTIFY]++;
	} else if (str_is(t->method, "SUBSCRIBE")) {
		check_record_route(l, t);
		presence_subscribe(l, k, t, NULL);
	} else if (str_is(t->method, "INVITE")) {
		check_record_route(l, t);
		im_invite(l, k, t);
	} else if (str_is(t->method, "MESSAGE")) { /* pager mode */
		dialog_answer(l, k, t, NULL, 200, "OK", NULL, NULL, NULL);
	} else {
		refuse(l, k, t, 405, "Method Not Allowed");
	}
}

void
serve_message(struct lab *l, struct link *k, struct str raw)
{
	struct text t;
	enum err err = text_parse(&t, raw);
	struct str from, host;

	if (err != ERR_OK) {
		lab_unexpected(l, "malformed from %s: %s", k->peer,
		    err_text(err));
		return;
	}
	ladder_message(l, LADDER_IN, k->peer, &t);
	if (!t.request) {
		if (!dialog_body_whole(&t))
			lab_unexpected(l, "the body of a %u changed",
			    t.status);
		dialog_response(l, &t);
		return;
	}
	check_shape(l, &t);
	from = text_get(&t, "From", 0);
	host = text_uri_host(text_uri(from));
	if (!str_is(host, l->o.peer_domain))
		refuse(l, k, &t, 403, "Forbidden: a stranger in From");
	else if (text_param(text_get(&t, "To", 0), "tag").n > 0)
		within(l, k, &t);
	else
		outside(l, k, &t);
}
