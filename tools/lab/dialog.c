/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of dialogs, by RFC 3261 12: see dialog.h. */
#include "tools/lab/dialog.h"

#include "base/mem.h"

#include <openssl/rand.h>
#include <string.h>

void
lab_random(char *dst, size_t n)
{
	unsigned char c;
	size_t i;

	for (i = 0; i < n; i++) {
		if (RAND_bytes(&c, 1) != 1)
			c = (unsigned char)i;
		dst[i] = "0123456789abcdef"[c & 15];
	}
	dst[n] = '\0';
}

void
dialog_contact(const struct lab *l, char *dst, size_t size)
{
	if (l->o.role == ROLE_EDGE)
		snprintf(dst, size,
		    "sip:%s@%s;opaque=user:epid:XHiWcZA4TlaDkwMgksvyrQAA;gruu",
		    l->o.user, l->o.domain);
	else
		snprintf(dst, size, "sip:%s:%u;transport=tls", l->o.host,
		    l->o.port);
}

void
dialog_own_route(const struct lab *l, char *dst, size_t size)
{
	*dst = '\0';
	if (l->o.role == ROLE_EDGE)
		snprintf(dst, size,
		    "<sip:%s:%u;transport=tls;ms-fe=fe1.%s;"
		    "opaque=state:F:Ci.Rabf6d00;lr;ms-route-sig=aaBB_-1>"
		    ";ms-rrsig=ccDD-_2;tag=44AA",
		    l->o.host, l->o.port, l->o.domain);
}

void
dialog_free(struct dialog *d)
{
	if (d == NULL)
		return;
	mem_free(d->local);
	mem_free(d->remote);
	mem_free(d->target);
	mem_free(d->route);
	mem_free(d);
}

static void
forget_txns(struct lab *l, const struct dialog *d)
{
	size_t i;

	for (i = 0; i < TXNS; i++)
		if (l->txns[i] != NULL && l->txns[i]->dialog == d)
			l->txns[i]->dialog = NULL;
}

/* An empty place, made by forgetting one that is over if need be. */
static struct dialog *
place(struct lab *l, enum dialog_kind kind)
{
	struct dialog *d;
	size_t i;

	for (i = 0; i < DIALOGS && l->dialogs[i] != NULL; i++)
		;
	if (i == DIALOGS)
		for (i = 0; i < DIALOGS && !l->dialogs[i]->over; i++)
			;
	if (i == DIALOGS)
		return NULL;
	if (l->dialogs[i] != NULL) {
		forget_txns(l, l->dialogs[i]);
		dialog_free(l->dialogs[i]);
	}
	l->dialogs[i] = d = mem_new(struct dialog);
	if (d != NULL) {
		d->kind = kind;
		lab_random(d->local_tag, 10);
	}
	return d;
}

struct dialog *
dialog_new(struct lab *l, enum dialog_kind kind)
{
	struct dialog *d = place(l, kind);
	const struct options *o = &l->o;

	if (d == NULL)
		return NULL;
	lab_random(d->call_id, 32);
	d->local = o->role == ROLE_EDGE
		       ? mem_printf("\"Capulet, J\xc3\xbcliet\"<sip:%s@%s>"
				    ";tag=%s;epid=ce4ccd49ad",
			     o->user, o->domain, d->local_tag)
		       : mem_printf("<sip:%s@%s>;tag=%s", o->user, o->domain,
			     d->local_tag);
	d->remote = mem_printf("<sip:%s@%s>", o->peer_user, o->peer_domain);
	d->target = mem_printf("sip:%s@%s", o->peer_user, o->peer_domain);
	d->route = mem_strdup("");
	d->local_cseq = 1;
	d->over = kind == DIALOG_PROBE;
	if (d->local != NULL && d->remote != NULL && d->target != NULL &&
	    d->route != NULL)
		return d;
	d->over = true;
	return NULL;
}

/* The route set from Record-Route: in order, or reversed for a caller. */
static char *
route_set(struct lab *l, const struct text *t, bool reversed)
{
	char own[1024];
	char *lines = mem_strdup("");
	size_t i;

	dialog_own_route(l, own, sizeof(own));
	for (i = 0; lines != NULL; i++) {
		struct str rest = text_get(t, "Record-Route", i);

		if (rest.n == 0)
			break;
		while (rest.n > 0 && lines != NULL) {
			struct str one = text_element(&rest);
			char *old = lines;

			/* What stands before us in our own house is done. */
			if (one.n == 0 || str_equal(one, str_of(own)))
				continue;
			lines = reversed ? mem_printf("Route: %.*s\r\n%s",
					       STR_FMT(one), old)
					 : mem_printf("%sRoute: %.*s\r\n", old,
					       STR_FMT(one));
			mem_free(old);
		}
	}
	return lines;
}

static void
set_slice(char **field, struct str s)
{
	char *copy = str_dup(s);

	if (copy == NULL)
		return;
	mem_free(*field);
	*field = copy;
}

struct dialog *
dialog_accept(struct lab *l, enum dialog_kind kind, const struct text *t)
{
	struct dialog *d = place(l, kind);
	struct str to = text_get(t, "To", 0), from = text_get(t, "From", 0);
	struct str method;

	if (d == NULL)
		return NULL;
	str_copy(d->call_id, sizeof(d->call_id), text_get(t, "Call-ID", 0));
	str_copy(d->remote_tag, sizeof(d->remote_tag), text_param(from, "tag"));
	d->local = mem_printf("%.*s;tag=%s", STR_FMT(to), d->local_tag);
	set_slice(&d->remote, from);
	set_slice(&d->target, text_uri(text_get(t, "Contact", 0)));
	d->route = route_set(l, t, false);
	d->remote_cseq = text_cseq(t, &method);
	if (d->local != NULL && d->remote != NULL && d->target != NULL &&
	    d->route != NULL)
		return d;
	d->over = true;
	return NULL;
}

struct dialog *
dialog_find(struct lab *l, const struct text *t)
{
	struct str tag = text_param(text_get(t, "To", 0), "tag");
	struct str id = text_get(t, "Call-ID", 0);
	size_t i;

	for (i = 0; i < DIALOGS; i++) {
		struct dialog *d = l->dialogs[i];

		if (d != NULL && d->kind != DIALOG_PROBE &&
		    str_equal(tag, str_of(d->local_tag)) &&
		    str_equal(id, str_of(d->call_id)))
			return d;
	}
	return NULL;
}

/* A 101-299 to a request that makes a dialog tells the other side. */
static void
learn(struct lab *l, struct dialog *d, const struct text *t)
{
	struct str to = text_get(t, "To", 0), tag = text_param(to, "tag");
	char *route;

	if (tag.n == 0) {
		if (t->status >= 200)
			lab_unexpected(l, "a %u without a To tag", t->status);
		return;
	}
	if (d->remote_tag[0] != '\0' && t->status >= 200 &&
	    !str_equal(tag, str_of(d->remote_tag)))
		lab_unexpected(l, "the To tag changed within a dialog");
	if (!text_has(t, "Record-Route") && !l->o.direct && t->status >= 200)
		lab_unexpected(l, "a %u without Record-Route", t->status);
	str_copy(d->remote_tag, sizeof(d->remote_tag), tag);
	set_slice(&d->remote, to);
	if (text_has(t, "Contact"))
		set_slice(&d->target, text_uri(text_get(t, "Contact", 0)));
	else if (t->status >= 200)
		lab_unexpected(l, "a %u without Contact", t->status);
	route = route_set(l, t, true);
	if (route != NULL) {
		mem_free(d->route);
		d->route = route;
	}
}

/* Vias come back as they went, but for what the next hop adds to ours. */
static bool
same_vias(const struct text *sent, const struct text *got)
{
	size_t i;

	for (i = 0;; i++) {
		struct str a = text_get(sent, "Via", i);
		struct str b = text_get(got, "Via", i);

		if (a.n == 0 && b.n == 0)
			return true;
		if (i == 0 && b.n >= a.n)
			b.n = a.n;
		if (!str_equal(a, b))
			return false;
	}
}

static void
judge(struct lab *l, struct txn *x, const struct text *t)
{
	struct text sent;
	struct str method;
	unsigned class = t->status / 100;

	if (text_parse(&sent, str_of(x->request)) != ERR_OK)
		return;
	if (!same_vias(&sent, t))
		lab_unexpected(l, "the Vias of a %u changed", t->status);
	if (!str_equal(text_get(&sent, "From", 0), text_get(t, "From", 0)))
		lab_unexpected(l, "the From of a %u changed", t->status);
	if (!str_equal(text_get(&sent, "Call-ID", 0),
		text_get(t, "Call-ID", 0)) ||
	    text_cseq(t, &method) != x->cseq || !str_is(method, x->method))
		lab_unexpected(l, "Call-ID or CSeq of a %u changed", t->status);
	if (x->status != 0 && strcmp(x->method, "INVITE") != 0)
		lab_unexpected(l, "a second final response, %u", t->status);
	if (x->hope == HOPE_SILENCE)
		lab_unexpected(l, "%s was answered by %u", x->method,
		    t->status);
	else if (t->status >= 200 &&
		 ((x->hope == HOPE_2XX && class != 2) ||
		     (x->hope == HOPE_4XX && class != 4)))
		lab_unexpected(l, "%s was answered by %u", x->method,
		    t->status);
}

static struct txn *
find_txn(struct lab *l, const struct text *t)
{
	struct str via = text_get(t, "Via", 0);
	struct str branch = text_param(text_element(&via), "branch");
	size_t i;

	for (i = 0; i < TXNS; i++)
		if (l->txns[i] != NULL &&
		    str_equal(branch, str_of(l->txns[i]->branch)))
			return l->txns[i];
	return NULL;
}

void
dialog_response(struct lab *l, const struct text *t)
{
	struct txn *x = find_txn(l, t);
	struct dialog *d;

	if (x == NULL) {
		lab_unexpected(l, "a %u to nothing that was sent", t->status);
		return;
	}
	judge(l, x, t);
	d = x->dialog;
	if (d != NULL && t->status > 100 && t->status < 300 &&
	    (strcmp(x->method, "INVITE") == 0 ||
		(strcmp(x->method, "SUBSCRIBE") == 0 && x->cseq == 1)))
		learn(l, d, t);
	if (t->status < 200) {
		x->provisional = t->status;
		return;
	}
	x->status = t->status;
	x->settled = true;
	set_slice(&x->response, t->raw);
	if (d != NULL && d->kind == DIALOG_NOTIFIER && t->status / 100 == 2)
		d->notified++;
	if (d != NULL && d->kind == DIALOG_CALLED && t->status / 100 == 2)
		d->talks++;
}

void
dialog_overdue(struct lab *l)
{
	long now = lab_now();
	size_t i;

	for (i = 0; i < TXNS; i++) {
		struct txn *x = l->txns[i];

		if (x == NULL || x->settled || now < x->deadline)
			continue;
		x->settled = true;
		if (x->hope == HOPE_2XX || x->hope == HOPE_4XX)
			lab_unexpected(l, "%s was never answered", x->method);
	}
}
