/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What takes certificates away: "no certificate [ca] SERIAL" in the chain
 * mode and "no crypto ca trustpoint NAME". A waiting request and the key pair
 * outlive the first: that is how a temporary root is exchanged (asa.md 1.17).
 */
#include "config.h"

#include "control/crypto_common.h"

#include "base/mem.h"

#include <openssl/x509v3.h>
#include <string.h>

/* --- no certificate [ca] SERIAL --- */

struct removal {
	struct dialogue d;
	char *name;
	char *serial;
	enum { REMOVE_CA, REMOVE_IDENTITY } what;
};

static void
removal_free(struct dialogue *d)
{
	struct removal *r = (struct removal *)d;

	mem_free(r->name);
	mem_free(r->serial);
	mem_free(r);
}

/* Hex without regard to case and leading zeros. */
static bool
serial_is(X509 *cert, const char *serial)
{
	char have[128];

	pki_serial(have, sizeof(have), cert);
	return str_is(str_of(have + strspn(have, "0")),
	    serial + strspn(serial, "0"));
}

static int
find_ca(const struct pki_material *m, const char *serial)
{
	int i;

	for (i = 0; i < sk_X509_num(m->ca); i++)
		if (serial_is(sk_X509_value(m->ca, i), serial))
			return i;
	return -1;
}

static bool
is_there(const struct pki_material *m, const struct removal *r)
{
	if (r->what == REMOVE_CA)
		return find_ca(m, r->serial) >= 0;
	return m->identity != NULL && serial_is(m->identity, r->serial);
}

static enum step_next
say_removal(struct dialogue *d)
{
	const struct removal *r = (const struct removal *)d;

	if (r->what == REMOVE_CA)
		buf_puts(dialogue_out(d),
		    "WARNING: The CA certificate will be disassociated from "
		    "this trustpoint and\nremoved if it is not associated with "
		    "any other trustpoint. Any other\ncertificates issued by "
		    "this CA and associated with this trustpoint will\nalso be "
		    "removed.\n\n");
	else
		buf_puts(dialogue_out(d),
		    "WARNING: The identity certificate of this trustpoint "
		    "will be removed.\n\n");
	return STEP_NEXT;
}

/* The CA certificate, and what it issued: our own and further chain ones. */
static void
remove_ca(struct pki_material *m, const char *serial)
{
	X509 *ca = sk_X509_delete(m->ca, find_ca(m, serial));
	int i;

	if (m->identity != NULL &&
	    X509_check_issued(ca, m->identity) == X509_V_OK) {
		X509_free(m->identity);
		m->identity = NULL;
	}
	for (i = sk_X509_num(m->ca) - 1; i >= 0; i--)
		if (X509_check_issued(ca, sk_X509_value(m->ca, i)) == X509_V_OK)
			X509_free(sk_X509_delete(m->ca, i));
	X509_free(ca);
}

static enum step_next
do_removal(struct dialogue *d)
{
	struct removal *r = (struct removal *)d;
	struct conf_trustpoint *tp = crypto_trustpoint(d->s, r->name);
	struct pki_material m = { 0 };

	if (tp == NULL || crypto_material(d->s, r->name, &m) != ERR_OK)
		return STEP_STOP;
	if (is_there(&m, r)) { /* still */
		if (r->what == REMOVE_CA) {
			remove_ca(&m, r->serial);
		} else {
			X509_free(m.identity);
			m.identity = NULL;
		}
		if (crypto_install(d->s, r->name, &m) == ERR_OK) {
			/* A pasted block must not bring it back. */
			mem_free(tp->hex);
			tp->hex = NULL;
		}
	}
	pki_material_fini(&m);
	return STEP_STOP;
}

static const struct step removal_steps[] = {
	{ .say = say_removal,
	  .question = "Are you sure you want to do this? [yes/no]: ",
	  .unasked = ANSWER_YES },
	{ .say = do_removal },
};

static enum err
remove_certificate(struct conf_session *s, const struct conf_args *a, int what)
{
	const struct conf_trustpoint *tp = conf_session_object(s);
	struct pki_material m = { 0 };
	struct removal *r;

	if (!a->no) {
		conf_session_error(s, "Only 'no certificate' can be typed: "
		    "'crypto ca authenticate' and 'import' add certificates");
		return ERR_OK;
	}
	r = mem_new(struct removal);
	if (r == NULL)
		return ERR_NOMEM;
	r->what = what;
	r->name = mem_strdup(tp->name);
	r->serial = mem_strdup(conf_arg(a, "serial"));
	r->d = (struct dialogue){ .s = s, .steps = removal_steps,
		.n_steps = countof(removal_steps), .free = removal_free };
	if (r->name == NULL || r->serial == NULL) {
		removal_free(&r->d);
		return ERR_NOMEM;
	}
	if (crypto_material(s, r->name, &m) == ERR_OK && is_there(&m, r)) {
		dialogue_run(&r->d);
	} else {
		conf_session_error(s, "Trustpoint %s has no such certificate: "
		    "%s. show crypto ca certificates %s", r->name, r->serial,
		    r->name);
		removal_free(&r->d);
	}
	pki_material_fini(&m);
	return ERR_OK;
}

static enum err
run_no_ca(struct conf_session *s, const struct conf_args *a)
{
	return remove_certificate(s, a, REMOVE_CA);
}

static enum err
run_no_identity(struct conf_session *s, const struct conf_args *a)
{
	return remove_certificate(s, a, REMOVE_IDENTITY);
}

/* --- no crypto ca trustpoint NAME --- */

static bool
refers(const struct conf_ref *ref, const char *name)
{
	return ref->name != NULL && strcmp(ref->name, name) == 0;
}

static bool
peer_refers(const struct conf_peer *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->n_validate; i++)
		if (refers(&p->validate[i], name))
			return true;
	return refers(&p->identity, name) ||
	    refers(&p->identity_server, name) ||
	    refers(&p->identity_client, name);
}

/* Who needs the trustpoint, as " peer cup, interface outside". */
static void
list_users(struct buf *out, const struct conf *c, const char *name)
{
	const struct conf_interface *i;
	const struct conf_peer *p;

	for (p = c->peers; p != NULL; p = p->next)
		if (peer_refers(p, name))
			buf_printf(out, "%s peer %s",
			    buf_len(out) != 0 ? "," : "", p->name);
	for (i = c->interfaces; i != NULL; i = i->next)
		if (refers(&i->identity, name))
			buf_printf(out, "%s interface %s",
			    buf_len(out) != 0 ? "," : "", i->name);
}

static bool
is_used(struct conf_session *s, const char *name)
{
	struct buf users;
	bool used;

	buf_init(&users, 64 << 10);
	list_users(&users, conf_session_conf(s), name);
	used = buf_len(&users) != 0;
	if (used)
		conf_session_error(s, "Trustpoint %s is in use by%s. Take it "
		    "out there first", name, buf_cstr(&users));
	buf_fini(&users);
	return used;
}

static enum step_next
say_trustpoint(struct dialogue *d)
{
	buf_puts(dialogue_out(d),
	    "WARNING: Removing an enrolled trustpoint will destroy all "
	    "certificates\nreceived from the related Certificate "
	    "Authority.\n\n");
	return STEP_NEXT;
}

static enum step_next
do_trustpoint(struct dialogue *d)
{
	struct removal *r = (struct removal *)d;
	struct conf *c = conf_session_conf(d->s);
	struct conf_trustpoint *tp = crypto_trustpoint(d->s, r->name);
	enum err err;

	if (tp == NULL || is_used(d->s, r->name))
		return STEP_STOP;
	err = pki_store_drop(crypto_store(), r->name);
	if (!err) {
		crypto_forget(d->s, tp);
		err = conf_trustpoint_remove(c, r->name);
	}
	if (err) {
		conf_session_error(d->s, "Trustpoint %s cannot be removed: %s",
		    r->name, err_text(err));
		return STEP_STOP;
	}
	crypto_changed(r->name);
	return STEP_STOP;
}

static const struct step trustpoint_steps[] = {
	{ .say = say_trustpoint,
	  .question = "Are you sure you want to do this? [yes/no]: ",
	  .unasked = ANSWER_YES },
	{ .say = do_trustpoint },
};

static enum err
run_no_trustpoint(struct conf_session *s, const struct conf_args *a)
{
	const char *name = conf_arg(a, "name");
	struct removal *r;

	if (crypto_trustpoint(s, name) == NULL || is_used(s, name))
		return ERR_OK;
	r = mem_new(struct removal);
	if (r == NULL || (r->name = mem_strdup(name)) == NULL) {
		mem_free(r);
		return ERR_NOMEM;
	}
	r->d = (struct dialogue){ .s = s, .steps = trustpoint_steps,
		.n_steps = countof(trustpoint_steps), .free = removal_free,
		.mode = conf_arg_word(a, "noconfirm") ? DIALOGUE_UNATTENDED
						      : DIALOGUE_ASKING };
	dialogue_run(&r->d);
	return ERR_OK;
}

static const struct conf_cmd chain_rows[] = {
	{
		.syntax = "certificate ca <serial>",
		.summary = "With `no`: remove the CA certificate",
		.doc = "Also removes what this CA issued in this trustpoint. "
		       "The key pair and a waiting request stay.",
		.flags = CONF_ACTION | CONF_NO_OK,
		.run = run_no_ca,
	},
	{
		.syntax = "certificate <serial>",
		.summary = "With `no`: remove the identity certificate",
		.doc = "The key pair stays.",
		.flags = CONF_ACTION | CONF_NO_OK,
		.run = run_no_identity,
	},
	{ .syntax = NULL },
};

static const struct conf_cmd trustpoint_rows[] = {
	{
		.syntax = "crypto ca trustpoint <name>",
		.summary = "With `no`: remove a trustpoint",
		.doc = "With its certificates, after a question. Refused while "
		       "a peer or an interface uses it. Key pairs stay: "
		       "`crypto key zeroize` removes them.",
		.flags = CONF_ACTION | CONF_NO_OK,
		.run = run_no_trustpoint,
	},
	{ .syntax = NULL },
};

void
crypto_chain_register(void)
{
	conf_extend(&conf_mode_cert_chain, chain_rows);
	conf_extend(&conf_mode_global, trustpoint_rows);
}
