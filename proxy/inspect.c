/* SPDX-License-Identifier: BSD-2-Clause */
/* Inspection parameters as a table of rules: see inspect.h. */
#include "proxy/inspect.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>

static bool
hops_used_up(const struct sip_msg *m)
{
	return m->max_forwards == 0;
}

static enum conf_action
hops_action(const struct conf_inspect *c)
{
	return c->max_forwards;
}

static bool
hops_log(const struct conf_inspect *c)
{
	return c->max_forwards_log;
}

static const struct {
	const char *info;
	bool (*matches)(const struct sip_msg *m);
	enum conf_action (*action)(const struct conf_inspect *c);
	bool (*log)(const struct conf_inspect *c);
} rules[] = {
	{ "max-forwards-validation: Max-Forwards is 0", hops_used_up,
	    hops_action, hops_log },
};

static const struct {
	const char *words; /* of the ASA's 607002 */
	enum inspect_verdict verdict;
} acts[] = {
	[CONF_ACT_DROP] = { "Dropped", INSPECT_DROP },
	[CONF_ACT_DROP_CONNECTION] = { "Dropped connection for",
	    INSPECT_CLOSE },
	[CONF_ACT_RESET] = { "Reset connection for", INSPECT_CLOSE },
	[CONF_ACT_LOG] = { NULL, INSPECT_PASS },
};

static void
report(struct session *s, const struct sip_msg *m, const char *info,
    const char *words)
{
	char what[64], from[ADDR_TEXT + 80], more[160];

	str_escape(what, sizeof(what), m->method);
	snprintf(from, sizeof(from), "%s:%s", s->peer->interface->name,
	    session_remote(s));
	str_escape(more, sizeof(more), m->call_id);
	if (words != NULL)
		log_sip_action(words, what, info, from, session_local(s), more);
	else
		log_sip_match(what, info, from, session_local(s), more);
}

enum inspect_verdict
inspect_request(struct session *s, const struct sip_msg *m)
{
	const struct conf_inspect *c = s->peer->inspect;
	size_t i;

	for (i = 0; c != NULL && i < countof(rules); i++) {
		enum conf_action act = rules[i].action(c);

		if (act == CONF_ACT_NONE || !rules[i].matches(m))
			continue;
		s->peer->stats->matched++;
		if (act == CONF_ACT_LOG || rules[i].log(c))
			report(s, m, rules[i].info, acts[act].words);
		if (acts[act].verdict != INSPECT_PASS)
			return acts[act].verdict;
	}
	return INSPECT_PASS;
}
