/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the running configuration and the store to a snapshot for the workers:
 * checked whole here first, so that what an operator typed is answered where
 * it was typed.
 */
#include "control/control.h"

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "control/listeners.h"
#include "tls/cred.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

enum { CONFIG_MOST = 4 << 20, PEM_MOST = 1 << 20 };

struct findings {
	struct buf *why; /* lines; NULL: nobody reads them */
	unsigned errors;
};

static void
on_finding(enum conf_severity sev, struct conf_pos pos, const char *text,
    void *arg)
{
	struct findings *f = arg;

	if (sev != CONF_ERROR)
		return;
	f->errors++;
	if (f->why != NULL)
		buf_printf(f->why, "%s\n", text);
}

/* --- our own identities --- */

static void
pem_of(struct buf *out, X509 *cert)
{
	if (cert != NULL && pki_cert_pem(out, cert) != ERR_OK)
		out->failed = true;
}

/* The material of one trust-point as three PEM texts. */
struct pems {
	struct buf identity, ca, key;
};

static void
pems_fini(struct pems *p)
{
	if (p->key.p != NULL)
		OPENSSL_cleanse(p->key.p, p->key.cap);
	buf_fini(&p->identity);
	buf_fini(&p->ca);
	buf_fini(&p->key);
}

static enum err
pems_get(struct pems *p, struct pki_store *store,
    const struct conf_trustpoint *t)
{
	struct pki_material m = { .identity = NULL };
	const char *label = t->keypair != NULL ? t->keypair : "<Default-RSA-Key>";
	enum err err = pki_store_get(store, t->name, &m);
	int i;

	buf_init(&p->identity, PEM_MOST);
	buf_init(&p->ca, PEM_MOST);
	buf_init(&p->key, PEM_MOST);
	if (err)
		return err;
	pem_of(&p->identity, m.identity);
	for (i = 0; i < sk_X509_num(m.ca); i++)
		pem_of(&p->ca, sk_X509_value(m.ca, i));
	if (m.identity != NULL && pki_store_has_key(store, label))
		err = pki_store_key_text(store, label, &p->key);
	pki_material_fini(&m);
	if (!err)
		err = buf_error(&p->identity);
	return err ? err : buf_error(&p->ca);
}

static unsigned
report_lines(struct str lines, const struct conf_peer *p,
    const struct conf_ref *ref, conf_report_fn *report, void *arg)
{
	unsigned errors = 0;

	while (lines.n != 0) {
		struct str line = str_split(&lines, '\n');
		bool error = str_starts_nocase(line, "error: ");
		ssize_t colon = str_find(line, ':', 0);
		char text[1024];

		if (line.n == 0 || colon < 0)
			continue;
		snprintf(text, sizeof(text), "peer %s: trust-point %s: %.*s",
		    p->name, ref->name,
		    STR_FMT(str_trim(str_from(line, (size_t)colon + 1))));
		report(error ? CONF_ERROR : CONF_WARNING, ref->pos, text, arg);
		errors += error;
	}
	return errors;
}

static unsigned
judge_one(const struct conf *c, struct pki_store *store,
    const struct conf_peer *p, const struct conf_ref *ref,
    conf_report_fn *report, void *arg)
{
	const struct conf_trustpoint *t = conf_trustpoint(c, ref->name);
	bool outside = conf_peer_side(p) == CONF_SIDE_OUTSIDE;
	struct tls_cred *cred = NULL;
	struct buf lines;
	struct pems pems;
	unsigned errors = 0;
	enum err err;

	if (t == NULL)
		return 0; /* conf_check() said it */
	buf_init(&lines, 64 << 10);
	err = pems_get(&pems, store, t);
	if (!err && buf_len(&pems.identity) == 0)
		buf_printf(&lines, "warning: it has no identity certificate "
				   "yet; the peer stays down until 'crypto ca "
				   "enroll %s'\n", t->name);
	else if (!err)
		err = tls_cred_new(&cred, t->name, buf_str(&pems.identity),
		    buf_str(&pems.key), buf_str(&pems.ca));
	if (!err && cred != NULL)
		(void)!tls_cred_judge(cred,
		    outside ? c->federation.routing_fqdn : NULL, &lines);
	if (err)
		buf_printf(&lines, "error: %s\n", err_text(err));
	errors = report_lines(buf_str(&lines), p, ref, report, arg);
	tls_cred_unref(cred);
	pems_fini(&pems);
	buf_fini(&lines);
	return errors;
}

unsigned
control_judge_identities(const struct conf *c, struct pki_store *store,
    conf_report_fn *report, void *arg)
{
	const struct conf_peer *p;
	unsigned errors = 0;
	size_t i;

	for (p = c->peers; p != NULL; p = p->next) {
		const struct conf_ref *refs[] = { &p->identity,
			&p->identity_server, &p->identity_client };

		for (i = 0; i < countof(refs) && !p->shutdown; i++)
			if (refs[i]->name != NULL)
				errors += judge_one(
				    c, store, p, refs[i], report, arg);
	}
	return errors;
}

/* --- the snapshot --- */

static enum err
add_trustpoint(json_t *all, const struct conf_trustpoint *t)
{
	struct pems p;
	enum err err = pems_get(&p, control.store, t);
	json_t *o = NULL;

	if (!err)
		o = json_pack("{s:s%,s:s%,s:s%}", "identity",
		    buf_str(&p.identity).p, buf_len(&p.identity), "ca",
		    buf_str(&p.ca).p, buf_len(&p.ca), "key",
		    buf_str(&p.key).p, buf_len(&p.key));
	pems_fini(&p);
	if (err)
		return err;
	return json_object_set_new(all, t->name, o) == 0 ? ERR_OK : ERR_NOMEM;
}

static enum err
make_snapshot(json_t **out)
{
	const struct conf_trustpoint *t;
	const struct conf_peer *p;
	json_t *s, *tps = json_object(), *slots = json_object();
	struct buf text;
	enum err err;

	buf_init(&text, CONFIG_MOST);
	err = conf_write(control.conf, CONF_WRITE_SET, &text);
	for (t = control.conf->trustpoints; t != NULL && !err; t = t->next)
		err = add_trustpoint(tps, t);
	for (p = control.conf->peers; p != NULL; p = p->next)
		json_object_set_new(
		    slots, p->name, json_integer(workers_slot(p->name)));
	s = json_pack("{s:I,s:s%,s:o,s:o}", "generation",
	    (json_int_t)control.generation + 1, "config", buf_str(&text).p,
	    buf_len(&text), "trustpoints", tps, "slots", slots);
	buf_fini(&text);
	if (s == NULL)
		return ERR_NOMEM;
	if (!err)
		err = keys_add(s);
	if (err) {
		json_decref(s);
		return err;
	}
	*out = s;
	return ERR_OK;
}

static void
warn_legacy(void)
{
	const struct conf_peer *p;

	for (p = control.conf->peers; p != NULL; p = p->next)
		if (p->tls_legacy && !p->shutdown)
			log_legacy_on(p->name);
}

static void
on_start_finding(enum conf_severity sev, struct conf_pos pos, const char *text,
    void *arg)
{
	if (sev == CONF_ERROR)
		log_trouble("configuration", text);
	else
		log_conf_warning(text);
}

enum err
control_apply(enum apply_mode mode, struct buf *why)
{
	struct findings f = { .why = why };
	json_t *snapshot = NULL;
	enum err err;

	conf_check(control.conf, on_finding, &f);
	if (mode == APPLY_STARTING)
		control_judge_identities(
		    control.conf, control.store, on_start_finding, NULL);
	else if (f.errors == 0)
		control_judge_identities(
		    control.conf, control.store, on_finding, &f);
	if (f.errors != 0)
		return ERR_CONF_CHECK;
	err = make_snapshot(&snapshot);
	if (!err)
		err = workers_snapshot(control.conf, snapshot);
	if (!err) {
		control.generation++;
		control.dirty = false;
		log_set_level((enum log_level)control.conf->logging_level);
		warn_legacy();
	} else if (why != NULL) {
		buf_printf(why, "%s\n",
		    err == ERR_SYSTEM ? listeners_why() : err_text(err));
	}
	json_decref(snapshot);
	return err;
}

/* --- the file --- */

static void
on_reload_finding(enum conf_severity sev, struct conf_pos pos,
    const char *text, void *arg)
{
	char line[1024];

	snprintf(line, sizeof(line), "%s:%d:%d: %s", control.opt.config,
	    pos.line, pos.col, text);
	if (sev == CONF_ERROR)
		log_rejected(line);
	else
		log_conf_warning(line);
}

void
control_reload(void)
{
	struct conf *old = control.conf, *next = NULL;
	char *text = NULL;
	size_t n = 0;
	struct buf why;
	enum err err = file_read(&text, &n, control.opt.config, CONFIG_MOST);

	if (err) {
		log_rejected(err_text(err));
		return;
	}
	if (conf_load(&next, text, n, on_reload_finding, NULL) != 0) {
		mem_free(text);
		return;
	}
	mem_free(text);
	buf_init(&why, 64 << 10);
	control.conf = next;
	err = control_apply(APPLY_STRICT, &why);
	if (err) {
		log_rejected(buf_len(&why) ? buf_cstr(&why) : err_text(err));
		control.conf = old;
		conf_free(next);
	} else {
		admin_conf_replaced();
		conf_free(old);
	}
	buf_fini(&why);
}

enum err
control_write_memory(size_t *bytes)
{
	struct buf text;
	enum err err;

	buf_init(&text, CONFIG_MOST);
	err = conf_write(control.conf, CONF_WRITE_SET, &text);
	if (!err)
		err = file_replace(control.opt.config, buf_str(&text).p,
		    buf_len(&text), 0600);
	*bytes = buf_len(&text);
	buf_fini(&text);
	return err;
}
