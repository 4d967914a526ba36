/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only file that includes libosip2 (its headers define bare macros, and
 * its parser is lenient and quadratic): see osip.h. Callers bound lengths and
 * the number of parameters first.
 */
#include "sip/osip.h"

#include "base/mem.h"

#include <osipparser2/osip_parser.h>
#include <string.h>

static void
no_trace(const char *file, int line, osip_trace_level_t level,
    const char *format, va_list args)
{
}

/* Once a process; libosip2 keeps its allocators in plain globals. */
static void
start(void)
{
	static bool started;
	int level;

	if (started)
		return;
	started = true;
	osip_set_allocators(mem_alloc, mem_realloc, mem_free);
	/* It writes its complaints to stdout unless told otherwise. */
	osip_trace_initialize_func(TRACE_LEVEL0, no_trace);
	for (level = TRACE_LEVEL0; level < END_TRACE_LEVEL; level++)
		osip_trace_disable_level((osip_trace_level_t)level);
}

/* Unfolded and NUL-terminated. A quoted NUL cannot matter: see the callers. */
static bool
to_c(char *dst, struct str s)
{
	size_t i;

	if (s.n > SIP_MAX_LINE)
		return false;
	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '\r' || c == '\n' || c == '\t')
			c = ' ';
		dst[i] = c == '\0' ? '?' : c;
	}
	dst[s.n] = '\0';
	return true;
}

static enum err
verdict(int rc, bool agree)
{
	if (rc == OSIP_NOMEM)
		return ERR_NOMEM;
	return rc == OSIP_SUCCESS && agree ? ERR_OK : ERR_SIP_SYNTAX;
}

/* libosip2 takes the brackets of IPv6 off. */
static bool
same_host(const char *theirs, struct str ours)
{
	if (ours.n >= 2 && ours.p[0] == '[')
		ours = str_sub(ours, 1, ours.n - 2);
	return theirs != NULL && str_is(ours, theirs);
}

static bool
same_text(const char *theirs, struct str ours)
{
	return str_equal(str_trim(str_of(theirs)), ours);
}

enum err
sip_osip_uri(struct str uri, struct str host)
{
	char text[SIP_MAX_LINE + 1];
	osip_uri_t *u;
	enum err err;
	int rc;

	start();
	if (!to_c(text, uri))
		return ERR_SIP_SYNTAX;
	rc = osip_uri_init(&u);
	if (rc != OSIP_SUCCESS)
		return ERR_NOMEM;
	rc = osip_uri_parse(u, text);
	err = verdict(rc, same_host(u->host, host));
	osip_uri_free(u);
	return err;
}

enum err
sip_osip_addr(struct str text, struct str host, struct str tag)
{
	char copy[SIP_MAX_LINE + 1];
	osip_generic_param_t *p = NULL;
	osip_from_t *from;
	enum err err;
	bool agree;
	int rc;

	start();
	if (!to_c(copy, text))
		return ERR_SIP_SYNTAX;
	rc = osip_from_init(&from);
	if (rc != OSIP_SUCCESS)
		return ERR_NOMEM;
	rc = osip_from_parse(from, copy);
	agree = rc == OSIP_SUCCESS && from->url != NULL;
	if (agree && host.n != 0)
		agree = same_host(from->url->host, host);
	if (agree && tag.n != 0) {
		osip_from_get_tag(from, &p);
		agree = p != NULL && same_text(p->gvalue, tag);
	}
	err = verdict(rc, agree);
	osip_from_free(from);
	return err;
}

enum err
sip_osip_via(struct str text, const struct sip_via *via)
{
	char copy[SIP_MAX_LINE + 1];
	osip_generic_param_t *p = NULL;
	osip_via_t *v;
	enum err err;
	bool agree;
	int rc;

	start();
	if (!to_c(copy, text))
		return ERR_SIP_SYNTAX;
	rc = osip_via_init(&v);
	if (rc != OSIP_SUCCESS)
		return ERR_NOMEM;
	rc = osip_via_parse(v, copy);
	agree = rc == OSIP_SUCCESS && same_host(v->host, via->host);
	if (agree && via->branch.n != 0) {
		osip_via_param_get_byname(v, (char *)"branch", &p);
		agree = p != NULL && same_text(p->gvalue, via->branch);
	}
	err = verdict(rc, agree);
	osip_via_free(v);
	return err;
}

enum err
sip_osip_cseq(struct str text, struct str number, struct str method)
{
	char copy[SIP_MAX_LINE + 1];
	osip_cseq_t *c;
	enum err err;
	int rc;

	start();
	if (!to_c(copy, text))
		return ERR_SIP_SYNTAX;
	rc = osip_cseq_init(&c);
	if (rc != OSIP_SUCCESS)
		return ERR_NOMEM;
	rc = osip_cseq_parse(c, copy);
	err = verdict(rc,
	    rc == OSIP_SUCCESS && same_text(c->number, number) &&
	        same_text(c->method, method));
	osip_cseq_free(c);
	return err;
}
