/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only file that includes libosip2 (its headers define bare macros, and
 * its parser is lenient and quadratic): see osip.h. Callers bound lengths and
 * the number of parameters first. It gets its memory from one arena that each
 * opinion begins anew: it leaks on its error paths, and this is faster.
 */
#include "sip/osip.h"

#include <osipparser2/osip_parser.h>
#include <stdalign.h>
#include <string.h>

enum {
	ARENA = 16 * SIP_MAX_LINE, /* several copies of the longest line */
	ALIGN = alignof(max_align_t)
};

static alignas(max_align_t) char arena[ARENA];
static size_t arena_used;

/* A block is preceded by its size, for arena_realloc(). */
static void *
arena_alloc(size_t n)
{
	size_t need;
	char *p = arena + arena_used;

	if (n > ARENA)
		return NULL;
	need = ALIGN + (n + ALIGN - 1) / ALIGN * ALIGN;
	if (need > ARENA - arena_used)
		return NULL;
	arena_used += need;
	memcpy(p, &n, sizeof(n));
	return p + ALIGN;
}

static void *
arena_realloc(void *old, size_t n)
{
	void *p = arena_alloc(n);
	size_t had;

	if (p == NULL || old == NULL)
		return p;
	memcpy(&had, (char *)old - ALIGN, sizeof(had));
	memcpy(p, old, had < n ? had : n);
	return p;
}

static void
arena_free(void *p)
{
}

static void
no_trace(const char *file, int line, osip_trace_level_t level,
    const char *format, va_list args)
{
}

/* Before each opinion; nothing of the last one is used any more. */
static void
start(void)
{
	static bool started;
	int level;

	arena_used = 0;
	if (started)
		return;
	started = true;
	osip_set_allocators(arena_alloc, arena_realloc, arena_free);
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
		return ERR_SIP_SYNTAX;
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
		return ERR_SIP_SYNTAX;
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
		return ERR_SIP_SYNTAX;
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
		return ERR_SIP_SYNTAX;
	rc = osip_cseq_parse(c, copy);
	err = verdict(rc,
	    rc == OSIP_SUCCESS && same_text(c->number, number) &&
	        same_text(c->method, method));
	osip_cseq_free(c);
	return err;
}
