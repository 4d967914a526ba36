/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may speak for whom: see policy.h. */
#include "proxy/policy.h"

#include "sip/edit.h"

enum { MOST_IDENTITIES = 16 };

static bool
is_sip(const struct sip_uri *u)
{
	return str_is(u->scheme, "sip") || str_is(u->scheme, "sips");
}

static bool
is_anonymous(const struct sip_uri *u)
{
	return !is_sip(u) || u->host.n == 0 ||
	    str_is(u->host, "anonymous.invalid");
}

static enum err
check_from(const struct peer *p, const struct sip_msg *m)
{
	if (is_anonymous(&m->from_uri))
		return p->conf->allow_anonymous ? ERR_OK : ERR_POLICY_FROM;
	return peer_speaks_for(p, m->from_uri.host) ? ERR_OK : ERR_POLICY_FROM;
}

/*
 * RFC 3325 pairs a sip and a tel value of one user, and Lync does: a tel value
 * is admitted beside a sip value of the peer's, not by itself.
 */
static enum err
check_asserted(const struct peer *p, const struct sip_msg *m)
{
	bool own = false, without_domain = false;
	struct str value;
	size_t i;

	for (i = 0; sip_value_at(m, SIP_P_ASSERTED_IDENTITY, i, &value); i++) {
		struct sip_uri u;
		struct str params;

		if (i >= MOST_IDENTITIES ||
		    sip_uri_parse_addr(&u, &params, value) != ERR_OK)
			return ERR_POLICY_PAI;
		if (is_anonymous(&u))
			without_domain = true;
		else if (peer_speaks_for(p, u.host))
			own = true;
		else
			return ERR_POLICY_PAI;
	}
	if (without_domain && !own && !p->conf->allow_anonymous)
		return ERR_POLICY_PAI;
	return ERR_OK;
}

enum err
policy_identity(const struct peer *p, const struct sip_msg *m)
{
	enum err err = check_from(p, m);

	return err ? err : check_asserted(p, m);
}

enum err
policy_transit(const struct peer *from, const struct peer *to)
{
	return from->side == to->side ? ERR_POLICY_TRANSIT : ERR_OK;
}
