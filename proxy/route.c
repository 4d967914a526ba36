/* SPDX-License-Identifier: BSD-2-Clause */
/* Which peer a request goes to: see route.h. */
#include "proxy/route.h"

#include "proxy/policy.h"
#include "sip/edit.h"

#include <string.h>

enum { MOST_OWN_ROUTES = 8 };

/* Is this URI ours? Then *token is its parameter, if it has one. */
static bool
uri_is_ours(const struct snapshot *s, const struct sip_uri *u,
    struct str *token)
{
	if (!str_is(u->scheme, "sip") && !str_is(u->scheme, "sips"))
		return false;
	if (!snapshot_is_us(s, u->host, u->port))
		return false;
	if (!sip_param(u->params, SIP_TOKEN_PARAM, token))
		*token = STR_EMPTY;
	return true;
}

static enum err
use_token(struct route *r, const struct peer *sender, struct str token)
{
	const struct snapshot *s = sender->snap;
	uint64_t a, b;

	if (sip_token_read(&s->tokens, token, &a, &b) != ERR_OK)
		return ERR_POLICY_ROUTE;
	if (sender->id != a && sender->id != b)
		return ERR_POLICY_ROUTE;
	if (r->has_token)
		return ERR_OK; /* the second of our two values */
	r->has_token = true;
	r->target = snapshot_peer(s, sender->id == a ? b : a);
	return r->target != NULL ? ERR_OK : ERR_ROUTE_NONE;
}

/* 16.4: a strict router before us put our Record-Route in the Request-URI. */
static enum err
undo_strict(struct route *r, const struct peer *sender,
    const struct sip_msg *m)
{
	struct sip_uri last;
	struct str token, params, value;
	size_t i, n = 0;

	if (!uri_is_ours(sender->snap, &m->uri, &token) || token.n == 0)
		return ERR_OK;
	for (i = 0; sip_value_at(m, SIP_ROUTE, i, &value); i++)
		n = i + 1;
	if (n == 0 || !sip_value_at(m, SIP_ROUTE, n - 1, &value) ||
	    sip_uri_parse_addr(&last, &params, value) != ERR_OK)
		return ERR_POLICY_ROUTE;
	r->strict = true;
	r->strict_uri = last.raw;
	return use_token(r, sender, token);
}

/* Take off our own values; *next is the first foreign one, if any. */
static enum err
take_own_routes(struct route *r, const struct peer *sender,
    const struct sip_msg *m, struct sip_uri *next, bool *has_next)
{
	struct str value, params, token;
	enum err err;

	*has_next = false;
	while (sip_value_at(m, SIP_ROUTE, r->own_routes, &value)) {
		if (sip_uri_parse_addr(next, &params, value) != ERR_OK)
			return ERR_SIP_HEADER;
		if (!uri_is_ours(sender->snap, next, &token)) {
			*has_next = true;
			return ERR_OK;
		}
		if (r->own_routes >= MOST_OWN_ROUTES)
			return ERR_SIP_LOOP;
		if (token.n != 0 &&
		    (err = use_token(r, sender, token)) != ERR_OK)
			return err;
		r->own_routes++;
	}
	return ERR_OK;
}

static enum err
by_domain(struct route *r, const struct peer *sender, const struct sip_uri *u)
{
	struct snapshot *s = sender->snap;
	struct peer *to = snapshot_peer_of_domain(s, u->host);

	if (snapshot_own_domain(s, u->host)) {
		if (sender->side == CONF_SIDE_INSIDE)
			return ERR_POLICY_TRANSIT;
		if (to == NULL || to->side != CONF_SIDE_INSIDE)
			to = snapshot_inside_peer(s);
	}
	/* Names of a peer itself: an in-dialog Contact, a probe. */
	if (to == NULL)
		to = snapshot_peer_of_host(s, u->host);
	if (to != NULL) {
		r->target = to;
		/* From outside into the inside by a host name needs a token:
		   only our own domains are open. */
		if (to->side == CONF_SIDE_INSIDE &&
		    !snapshot_own_domain(s, u->host))
			return ERR_POLICY_ROUTE;
		return policy_transit(sender, to);
	}
	if (snapshot_is_us(s, u->host, u->port)) {
		r->ours = true;
		return ERR_OK;
	}
	return ERR_ROUTE_NONE;
}

enum err
route_find(struct route *out, const struct peer *sender,
    const struct sip_msg *m)
{
	struct sip_uri uri = m->uri, next;
	bool has_next;
	enum err err;

	memset(out, 0, sizeof(*out));
	err = undo_strict(out, sender, m);
	if (!err)
		err = take_own_routes(out, sender, m, &next, &has_next);
	if (err)
		return err;
	if (out->has_token)
		return policy_transit(sender, out->target);
	if (has_next) {
		out->target = snapshot_peer_of_host(sender->snap, next.host);
		if (out->target == NULL ||
		    out->target->side == CONF_SIDE_INSIDE)
			return ERR_POLICY_ROUTE;
		return policy_transit(sender, out->target);
	}
	return by_domain(out, sender, &uri);
}
