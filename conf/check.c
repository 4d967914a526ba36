/* SPDX-License-Identifier: BSD-2-Clause */
/* References by name and contradictions, once everything is read. */
#include "conf/model.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct check {
	const struct conf *c;
	conf_report_fn *report;
	void *arg;
	unsigned errors;
};

static void say(struct check *k, enum conf_severity sev, struct conf_pos pos,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void
say(struct check *k, enum conf_severity sev, struct conf_pos pos,
    const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	k->errors += sev == CONF_ERROR;
	k->report(sev, pos, text, k->arg);
}

/* Every kind of block begins with next and name. */
struct head {
	const struct head *next;
	char *name;
};

static void
check_ref(struct check *k, const struct conf_ref *r, const void *list,
    const char *what)
{
	const struct head *h, *near = NULL;
	size_t best = 3;

	if (r->name == NULL)
		return;
	for (h = list; h != NULL; h = h->next) {
		size_t d = str_distance(h->name, r->name);

		if (strcmp(h->name, r->name) == 0)
			return;
		if (d < best) {
			best = d;
			near = h;
		}
	}
	say(k, CONF_ERROR, r->pos, "there is no %s '%s'%s%s%s", what, r->name,
	    near != NULL ? "; did you mean '" : "",
	    near != NULL ? near->name : "", near != NULL ? "'?" : "");
}

/* Lists of words: each must be one of a few. */
static void
check_words(struct check *k, const struct conf_trustpoint *t,
    const char *command, const char *words, const char *allowed)
{
	struct str rest = str_of(words);

	while (rest.n != 0) {
		struct str word = str_split(&rest, ' '), some = str_of(allowed);
		bool known = word.n == 0;

		while (some.n != 0)
			known |= str_equal_nocase(word, str_split(&some, ' '));
		if (!known)
			say(k, CONF_ERROR, t->pos, "trustpoint %s: '%s %.*s': "
			    "expected %s", t->name, command, STR_FMT(word),
			    allowed);
	}
}

static void
check_trustpoint(struct check *k, const struct conf_trustpoint *t)
{
	check_words(k, t, "revocation-check", t->revocation_check,
	    "crl ocsp none");
	check_words(k, t, "client-types", t->client_types, "ssl ipsec");
	check_words(k, t, "validation-usage", t->validation_usage,
	    "ipsec-client ssl-client ssl-server");
	check_words(k, t, "id-usage", t->id_usage, "ssl-ipsec code-signer");
}

static void
check_revocation(struct check *k, const struct conf_peer *p,
    const struct conf_ref *r)
{
	const struct conf_trustpoint *t = conf_trustpoint(k->c, r->name);

	if (t != NULL && t->revocation_check != NULL &&
	    strstr(t->revocation_check, "none") == NULL)
		say(k, CONF_WARNING, r->pos,
		    "peer %s: no CRL or OCSP answer is fetched by this "
		    "version, so 'revocation-check %s' refuses the peer; end "
		    "the list in 'none'", p->name, t->revocation_check);
}

static void
check_domains(struct check *k, const struct conf_peer *p)
{
	const struct conf_peer *o;
	size_t i, j;

	for (o = k->c->peers; o != p; o = o->next)
		for (i = 0; i < o->domains.n; i++)
			for (j = 0; j < p->domains.n; j++)
				if (str_is(str_of(o->domains.v[i]),
					p->domains.v[j]))
					say(k, CONF_ERROR, p->pos,
					    "peer %s: domain %s belongs to "
					    "peer %s already", p->name,
					    p->domains.v[j], o->name);
	if (p->domains.n == 0 && conf_peer_side(p) == CONF_SIDE_OUTSIDE)
		say(k, CONF_WARNING, p->pos, "peer %s has no 'domain': "
		    "nothing is routed to it and it may speak for nobody",
		    p->name);
}

/* Words of an ASA that this OpenSSL can no longer serve. */
static bool
cipher_is_gone(struct str word)
{
	return str_is(word, "3des-sha1") || str_is(word, "des-sha1") ||
	    str_is(word, "null-sha1") || str_is(word, "rc4-sha1") ||
	    str_is(word, "rc4-md5");
}

static bool
cipher_is_known(struct str word)
{
	static const char *const words[] = { "aes128-sha1", "aes256-sha1",
		"aes128-gcm", "aes256-gcm", "chacha20", "default" };
	size_t i;

	for (i = 0; i < countof(words); i++)
		if (str_is(word, words[i]))
			return true;
	/* OpenSSL's own names have capitals, digits and "-" */
	for (i = 0; i < word.n; i++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_",
		    word.p[i]) == NULL)
			return false;
	return word.n > 0;
}

static void
check_ciphers(struct check *k, const struct conf_peer *p)
{
	struct str rest = str_of(p->ciphers);
	size_t usable = 0;

	while (rest.n != 0) {
		struct str word = str_split(&rest, ' ');

		if (cipher_is_gone(word))
			say(k, CONF_WARNING, p->pos, "peer %s: this OpenSSL "
			    "has no %.*s; it is left out", p->name,
			    STR_FMT(word));
		else if (!cipher_is_known(word))
			say(k, CONF_ERROR, p->pos, "peer %s: unknown "
			    "cipher-suite '%.*s'", p->name, STR_FMT(word));
		else
			usable++;
	}
	if (p->ciphers != NULL && usable == 0)
		say(k, CONF_ERROR, p->pos, "peer %s: no cipher-suite is left; "
		    "add 'default'", p->name);
}

static void
check_peer(struct check *k, const struct conf_peer *p)
{
	const struct conf *c = k->c;
	size_t i;

	check_ref(k, &p->interface, c->interfaces, "interface");
	check_ref(k, &p->identity, c->trustpoints, "trust-point");
	check_ref(k, &p->identity_server, c->trustpoints, "trust-point");
	check_ref(k, &p->identity_client, c->trustpoints, "trust-point");
	check_ref(k, &p->inspect, c->inspects, "policy-map type inspect sip");
	for (i = 0; i < p->n_validate; i++) {
		check_ref(k, &p->validate[i], c->trustpoints, "trust-point");
		check_revocation(k, p, &p->validate[i]);
	}
	check_domains(k, p);
	check_ciphers(k, p);
	if (p->shutdown)
		return;
	if (p->interface.name == NULL)
		say(k, CONF_ERROR, p->pos,
		    "peer %s needs 'interface NAME'", p->name);
	if (p->n_validate == 0)
		say(k, CONF_ERROR, p->pos, "peer %s needs 'validate "
		    "trust-point NAME': nobody could be admitted as it",
		    p->name);
	if (p->identity.name == NULL &&
	    (p->identity_server.name == NULL ||
		p->identity_client.name == NULL))
		say(k, CONF_ERROR, p->pos,
		    "peer %s needs 'identity trust-point NAME'", p->name);
	if (p->n_address == 0 && p->srv == NULL)
		say(k, CONF_ERROR, p->pos,
		    "peer %s needs 'address HOST port PORT' or 'srv DOMAIN'",
		    p->name);
	if (conf_peer_side(p) == CONF_SIDE_OUTSIDE &&
	    c->federation.routing_fqdn == NULL)
		say(k, CONF_ERROR, p->pos, "peer %s is outside: 'federation' "
		    "needs 'routing-fqdn'", p->name);
}

static void
check_listens(struct check *k, const struct conf_interface *f)
{
	const struct conf_interface *o;
	size_t i, j;

	/* f itself and those before it, so that a pair is said once */
	for (o = k->c->interfaces; o != f->next; o = o->next)
		for (i = 0; i < o->n_listen; i++)
			for (j = 0; j < f->n_listen; j++)
				if ((o != f || i < j) &&
				    o->listen[i].port == f->listen[j].port &&
				    strcmp(o->listen[i].ip,
					f->listen[j].ip) == 0)
					say(k, CONF_ERROR, f->listen[j].pos,
					    "%s port %u is listened on by "
					    "interface %s already",
					    f->listen[j].ip,
					    f->listen[j].port, o->name);
}

unsigned
conf_check(const struct conf *c, conf_report_fn *report, void *arg)
{
	struct check k = { c, report, arg, 0 };
	const struct conf_interface *f;
	const struct conf_trustpoint *t;
	const struct conf_peer *p;

	for (t = c->trustpoints; t != NULL; t = t->next)
		check_trustpoint(&k, t);
	for (f = c->interfaces; f != NULL; f = f->next) {
		check_ref(&k, &f->identity, c->trustpoints, "trust-point");
		check_listens(&k, f);
	}
	for (p = c->peers; p != NULL; p = p->next)
		check_peer(&k, p);
	if (c->federation.discovery_dns)
		say(&k, CONF_WARNING, c->federation.pos,
		    "'discovery dns': partners nobody configured are not "
		    "discovered by this version; their domains answer 404");
	return k.errors;
}
