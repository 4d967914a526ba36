/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the memfd's JSON to a snapshot: configuration by the same parser as
 * the file's, identities and anchors from the material beside it. A peer whose
 * material is missing is down with a reason; anything else that fails rejects
 * the snapshot whole.
 */
#include "proxy/snapshot.h"

#include "base/log.h"
#include "base/mem.h"

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct build {
	struct snapshot *s;
	json_t *root, *trustpoints;
	char *why;
	size_t size;
};

static void
say(struct build *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(struct build *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(b->why, b->size, fmt, args);
	va_end(args);
}

static struct str
text_of(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	if (!json_is_string(v))
		return STR_EMPTY;
	return (struct str){ json_string_value(v), json_string_length(v) };
}

static void
on_conf_report(enum conf_severity sev, struct conf_pos pos, const char *text,
    void *arg)
{
	struct build *b = arg;

	if (sev == CONF_ERROR && b->why[0] == '\0')
		say(b, "line %d: %s", pos.line, text);
}

static enum err
build_conf(struct build *b)
{
	struct str text = text_of(b->root, "config");

	b->s->generation =
	    (uint64_t)json_integer_value(json_object_get(b->root, "generation"));
	if (conf_load(&b->s->conf, text.p, text.n, on_conf_report, b) != 0)
		return ERR_CONF_CHECK;
	return ERR_OK;
}

static bool
unhex(const json_t *o, const char *key, unsigned char *dst, size_t n)
{
	struct str hex = text_of(o, key);
	size_t got = 0;

	return sodium_hex2bin(dst, n, hex.p, hex.n, NULL, &got, NULL) == 0 &&
	    got == n;
}

static enum err
build_keys(struct build *b)
{
	struct snapshot *s = b->s;
	json_t *list = json_object_get(b->root, "tokens"), *o;
	size_t i;

	json_array_foreach(list, i, o)
	{
		if (i >= countof(s->tokens.key))
			break;
		s->tokens.id[i] =
		    (uint8_t)json_integer_value(json_object_get(o, "id"));
		if (!unhex(o, "key", s->tokens.key[i], SIP_TOKEN_KEY))
			return ERR_CONF_CHECK;
		s->tokens.n = (unsigned)i + 1;
	}
	list = json_object_get(b->root, "tickets");
	json_array_foreach(list, i, o)
	{
		if (i >= countof(s->tickets.name))
			break;
		if (!unhex(o, "name", s->tickets.name[i], 16) ||
		    !unhex(o, "aes", s->tickets.aes[i], 32) ||
		    !unhex(o, "mac", s->tickets.mac[i], 32))
			return ERR_CONF_CHECK;
		s->tickets.n = (unsigned)i + 1;
	}
	return s->tokens.n != 0 ? ERR_OK : ERR_CONF_CHECK;
}

/* The identity of a trust-point. A peer goes down without one: *why says it. */
static enum err
make_cred(struct build *b, const char *tp, struct tls_cred **out, char **why)
{
	const json_t *o = json_object_get(b->trustpoints, tp);
	struct str cert = text_of(o, "identity"), key = text_of(o, "key");
	enum err err;

	*out = NULL;
	if (cert.n == 0 || key.n == 0) {
		mem_free(*why);
		*why = mem_printf("trust-point %s has no %s; type 'crypto ca "
				  "enroll %s'",
		    tp, cert.n == 0 ? "identity certificate" : "key pair", tp);
		return *why != NULL ? ERR_OK : ERR_NOMEM;
	}
	err = tls_cred_new(out, tp, cert, key, text_of(o, "ca"));
	if (err == ERR_PKI_MISMATCH || err == ERR_PKI_PARSE) {
		mem_free(*why);
		*why = mem_printf("trust-point %s: %s", tp, err_text(err));
		return *why != NULL ? ERR_OK : ERR_NOMEM;
	}
	return err;
}

static const struct {
	const char *word;
	enum tls_revocation value;
} revocations[] = {
	{ "crl", TLS_REV_CRL },
	{ "ocsp", TLS_REV_OCSP },
	{ "none", TLS_REV_NONE },
};

static void
set_revocation(struct tls_anchor *a, const char *words)
{
	struct str rest = str_of(words), word;
	size_t n = 0, i;

	while (n + 1 < countof(a->revocation)) {
		word = str_split(&rest, ' ');
		if (word.n == 0)
			break;
		for (i = 0; i < countof(revocations); i++)
			if (str_is(word, revocations[i].word))
				a->revocation[n++] = revocations[i].value;
	}
}

/* Every CA certificate of one validate trust-point becomes an anchor. */
static enum err
add_anchors(struct build *b, struct peer *p, const char *tp)
{
	const struct conf_trustpoint *t = conf_trustpoint(b->s->conf, tp);
	struct str pem = text_of(json_object_get(b->trustpoints, tp), "ca");
	struct tls_policy *policy = &p->party.policy;
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	X509 *cert;

	if (bio == NULL)
		return ERR_NOMEM;
	while ((cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		struct tls_anchor *a;

		if (!mem_grow(policy->anchors, policy->n_anchors)) {
			X509_free(cert);
			BIO_free(bio);
			return ERR_NOMEM;
		}
		a = &policy->anchors[policy->n_anchors++];
		*a = (struct tls_anchor){ .cert = cert,
			.trustpoint = mem_strdup(tp),
			.ca_check = t == NULL || t->ca_check };
		if (t != NULL && t->revocation_check != NULL)
			set_revocation(a, t->revocation_check);
		if (a->trustpoint == NULL) {
			BIO_free(bio);
			return ERR_NOMEM;
		}
	}
	BIO_free(bio);
	return ERR_OK;
}

static enum err
add_name(struct tls_policy *policy, const char *name)
{
	if (!mem_grow(policy->names, policy->n_names))
		return ERR_NOMEM;
	policy->names[policy->n_names] = mem_strdup(name);
	return policy->names[policy->n_names++] != NULL ? ERR_OK : ERR_NOMEM;
}

/* Expected names: the fqdn lines, else the hosts that it is reached at. */
static enum err
add_names(struct peer *p)
{
	const struct conf_peer *c = p->conf;
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < c->fqdns.n && !err; i++)
		err = add_name(&p->party.policy, c->fqdns.v[i]);
	for (i = 0; c->fqdns.n == 0 && i < c->n_address && !err; i++)
		err = add_name(&p->party.policy, c->address[i].host);
	return err;
}

static int
version_number(const char *word, int dflt)
{
	static const struct {
		const char *word;
		int version;
	} rows[] = {
		{ "tlsv1", TLS1_VERSION },
		{ "tlsv1.1", TLS1_1_VERSION },
		{ "tlsv1.2", TLS1_2_VERSION },
		{ "tlsv1.3", TLS1_3_VERSION },
	};
	size_t i;

	for (i = 0; word != NULL && i < countof(rows); i++)
		if (str_is(str_of(word), rows[i].word))
			return rows[i].version;
	return dflt;
}

static enum err
build_policy(struct build *b, struct peer *p)
{
	static const enum tls_identity_check checks[] = {
		[CONF_ID_SAN_OR_CN] = TLS_SAN_OR_CN,
		[CONF_ID_SAN] = TLS_SAN, [CONF_ID_CN] = TLS_CN };
	static const enum tls_eku ekus[] = { [CONF_EKU_ROLE] = TLS_EKU_ROLE,
		[CONF_EKU_BOTH] = TLS_EKU_BOTH,
		[CONF_EKU_EXACT] = TLS_EKU_EXACT,
		[CONF_EKU_ANY] = TLS_EKU_ANY };
	const struct conf_peer *c = p->conf;
	struct tls_policy *policy = &p->party.policy;
	enum err err = ERR_OK;
	size_t i;

	policy->identity_check = checks[conf_peer_identity_check(c)];
	policy->eku = ekus[conf_peer_eku(c)];
	policy->allow_wildcard = c->allow_wildcard;
	policy->legacy = c->tls_legacy;
	policy->min_version = version_number(c->tls_min, 0);
	policy->max_version = version_number(c->tls_max, 0);
	policy->ciphers = conf_peer_cipher_list(c);
	for (i = 0; i < c->n_validate && !err; i++)
		err = add_anchors(b, p, c->validate[i].name);
	if (!err)
		err = add_names(p);
	if (!err && policy->n_anchors == 0) {
		mem_free(p->down);
		p->down = mem_printf("no certificate to validate it with; type "
				     "'crypto ca authenticate %s'",
		    c->n_validate != 0 ? c->validate[0].name : "NAME");
	}
	return err;
}

static enum err
build_sources(struct peer *p)
{
	const struct conf_peer *c = p->conf;
	size_t i;

	for (i = 0; i < c->n_address; i++) {
		struct addr a;

		if (addr_parse(&a, str_of(c->address[i].host), 0) != ERR_OK)
			continue; /* a name: proxy/resolve.c adds its hosts */
		if (!mem_grow(p->party.sources, p->party.n_sources))
			return ERR_NOMEM;
		p->party.sources[p->party.n_sources++] = a;
	}
	return ERR_OK;
}

static enum err
build_identities(struct build *b, struct peer *p)
{
	const struct conf_peer *c = p->conf;
	const struct conf_ref *server = &c->identity_server;
	const struct conf_ref *client = &c->identity_client;
	enum err err = ERR_OK;

	if (server->name == NULL)
		server = &c->identity;
	if (client->name == NULL)
		client = &c->identity;
	if (server->name != NULL)
		err = make_cred(b, server->name, &p->party.server, &p->down);
	if (!err && client->name != NULL)
		err = make_cred(b, client->name, &p->party.client, &p->down);
	return err;
}

/* Our name toward this peer: outside the routing FQDN, inside the
   interface's fqdn or else its listening address (DESIGN 4). */
static void
build_host(struct peer *p)
{
	const struct conf_interface *f = p->interface;
	unsigned port = f->n_listen != 0 ? f->listen[0].port : 5061;
	const char *name = f->fqdn;

	if (p->side == CONF_SIDE_OUTSIDE)
		name = p->snap->conf->federation.routing_fqdn;
	if (name == NULL)
		name = f->n_listen != 0 ? f->listen[0].ip : "0.0.0.0";
	snprintf(p->host, sizeof(p->host),
	    strchr(name, ':') != NULL ? "[%.255s]:%u" : "%.255s:%u", name, port);
}

static enum err
build_peer(struct build *b, struct peer *p, const struct conf_peer *c)
{
	const json_t *slots = json_object_get(b->root, "slots");
	json_int_t slot = json_integer_value(json_object_get(slots, c->name));
	enum err err;

	p->snap = b->s;
	p->conf = c;
	p->id = sip_token_peer_id(str_of(c->name));
	p->side = conf_peer_side(c);
	p->interface = conf_interface(b->s->conf, c->interface.name);
	if (c->inspect.name != NULL)
		p->inspect = conf_inspect(b->s->conf, c->inspect.name);
	p->stats = &stats->peer[slot > 0 && slot < STATS_PEERS ? slot : 0];
	str_copy(p->party.name, sizeof(p->party.name), str_of(c->name));
	p->party.sni = c->fqdns.n != 0 ? c->fqdns.v[0] : NULL;
	p->party.user = p;
	if (p->interface == NULL)
		return ERR_CONF_REFERENCE;
	build_host(p);
	err = build_sources(p);
	if (!err)
		err = build_policy(b, p);
	if (!err)
		err = build_identities(b, p);
	if (!err)
		err = tls_party_prepare(&p->party);
	if (err)
		say(b, "peer %s: %s", c->name, err_text(err));
	return err;
}

static enum err
build_peers(struct build *b)
{
	const struct conf_peer *c;
	size_t n = 0;
	enum err err = ERR_OK;

	for (c = b->s->conf->peers; c != NULL; c = c->next)
		n += !c->shutdown;
	b->s->peers = mem_zalloc(n * sizeof(*b->s->peers));
	if (b->s->peers == NULL)
		return ERR_NOMEM;
	for (c = b->s->conf->peers; c != NULL && !err; c = c->next)
		if (!c->shutdown)
			err = build_peer(b, &b->s->peers[b->s->n_peers++], c);
	return err;
}

static enum err
build_front(struct build *b, struct tls_front *f,
    const struct conf_interface *c)
{
	size_t i;
	enum err err = ERR_OK;
	char *why = NULL;

	str_copy(f->name, sizeof(f->name), str_of(c->name));
	f->tickets = &b->s->tickets;
	for (i = 0; i < b->s->n_peers; i++) {
		struct peer *p = &b->s->peers[i];

		if (p->interface != c || p->down != NULL)
			continue;
		if (!mem_grow(f->parties, f->n_parties))
			return ERR_NOMEM;
		f->parties[f->n_parties++] = &p->party;
	}
	if (c->identity.name != NULL)
		err = make_cred(b, c->identity.name, &f->fallback, &why);
	mem_free(why);
	if (!err)
		err = tls_front_prepare(f);
	if (err)
		say(b, "interface %s: %s", c->name, err_text(err));
	return err;
}

static enum err
build_fronts(struct build *b)
{
	const struct conf_interface *c;
	size_t n = 0;
	enum err err = ERR_OK;

	for (c = b->s->conf->interfaces; c != NULL; c = c->next)
		n++;
	b->s->fronts = mem_zalloc(n * sizeof(*b->s->fronts));
	if (b->s->fronts == NULL)
		return ERR_NOMEM;
	for (c = b->s->conf->interfaces; c != NULL && !err; c = c->next)
		err = build_front(b, &b->s->fronts[b->s->n_fronts++], c);
	return err;
}

static enum err
build_listeners(struct build *b, const int *fds, int n_fds)
{
	json_t *list = json_object_get(b->root, "listeners"), *o;
	struct snapshot *s = b->s;
	size_t i, k;

	if (json_array_size(list) != (size_t)n_fds)
		return ERR_CONF_CHECK;
	s->listeners = mem_zalloc((size_t)n_fds * sizeof(*s->listeners));
	if (s->listeners == NULL)
		return ERR_NOMEM;
	json_array_foreach(list, i, o)
	{
		struct snapshot_listener *l = &s->listeners[i];
		struct str name = text_of(o, "interface");

		l->fd = -1;
		if (addr_parse(&l->local, text_of(o, "ip"),
			(uint16_t)json_integer_value(
			    json_object_get(o, "port"))) != ERR_OK)
			return ERR_CONF_CHECK;
		for (k = 0; k < s->n_fronts; k++)
			if (str_is(name, s->fronts[k].name))
				l->front = &s->fronts[k];
		if (l->front == NULL)
			return ERR_CONF_CHECK;
		l->interface = conf_interface(s->conf, l->front->name);
		s->n_listeners++;
	}
	for (i = 0; i < s->n_listeners; i++)
		s->listeners[i].fd = fds[i]; /* taken over, all at once */
	return ERR_OK;
}

enum err
snapshot_build(struct snapshot **out, const char *text, size_t n,
    const int *fds, int n_fds, char *why, size_t size)
{
	struct build b = { .s = mem_new(struct snapshot), .why = why,
		.size = size };
	enum err err = ERR_NOMEM;

	why[0] = '\0';
	if (b.s == NULL)
		goto out;
	b.s->refs = 1;
	b.root = json_loadb(text, n, 0, NULL);
	b.trustpoints = json_object_get(b.root, "trustpoints");
	err = b.root != NULL ? build_conf(&b) : ERR_CONF_SYNTAX;
	if (!err)
		err = build_keys(&b);
	if (!err)
		err = build_peers(&b);
	if (!err)
		err = build_fronts(&b);
	if (!err)
		err = build_listeners(&b, fds, n_fds);
out:
	if (err && why[0] == '\0')
		snprintf(why, size, "%s", err_text(err));
	json_decref(b.root);
	if (err) {
		snapshot_unref(b.s);
		return err;
	}
	*out = b.s;
	return ERR_OK;
}
