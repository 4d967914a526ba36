/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crypto ca import (asa.md 1.8): the certificate that a CA made of our
 * request, or a PKCS#12 container with key, certificate and chain. What does
 * not fit the key pair is never installed.
 */
#include "config.h"

#include "control/crypto_common.h"

#include "base/log.h"
#include "base/mem.h"

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

struct import {
	struct dialogue d;
	char *name;
	char *passphrase;      /* PKCS#12 only; wiped */
	char *label;           /* where the key goes */
	EVP_PKEY *key;
	X509 *cert;
	STACK_OF(X509) *chain;
	bool replaces_key;
};

static void
import_free(struct dialogue *d)
{
	struct import *i = (struct import *)d;

	mem_free(i->name);
	mem_free(i->label);
	if (i->passphrase != NULL)
		explicit_bzero(i->passphrase, strlen(i->passphrase));
	mem_free(i->passphrase);
	EVP_PKEY_free(i->key);
	X509_free(i->cert);
	sk_X509_pop_free(i->chain, X509_free);
	mem_free(i);
}

static enum err
import_new(struct import **out, struct conf_session *s, const char *name,
    const struct crypto_how *how)
{
	struct import *i = mem_new(struct import);

	if (i == NULL)
		return ERR_NOMEM;
	i->d = (struct dialogue){ .s = s, .free = import_free,
		.mode = how->unattended ? DIALOGUE_UNATTENDED
					: DIALOGUE_ASKING };
	i->name = mem_strdup(name);
	if (how->passphrase != NULL)
		i->passphrase = mem_strdup(how->passphrase);
	if (i->name == NULL ||
	    (how->passphrase != NULL && i->passphrase == NULL)) {
		import_free(&i->d);
		return ERR_NOMEM;
	}
	*out = i;
	return ERR_OK;
}

/* --- does the chain hold? --- */

/* Against what the trustpoint has, be it a root or not; dates are judged
   where the certificate is used. NULL: it holds. */
static const char *
chain_fault(X509 *cert, STACK_OF(X509) *ca)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	const char *fault = err_text(ERR_NOMEM);
	int i;

	if (store == NULL || ctx == NULL)
		goto out;
	for (i = 0; i < sk_X509_num(ca); i++)
		if (!X509_STORE_add_cert(store, sk_X509_value(ca, i)))
			goto out;
	if (!X509_STORE_CTX_init(ctx, store, cert, NULL))
		goto out;
	X509_STORE_CTX_set_flags(
	    ctx, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
	fault = X509_verify_cert(ctx) == 1
	    ? NULL
	    : X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
out:
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return fault;
}

static void
say_chain(struct dialogue *d, X509 *cert, const struct pki_material *m)
{
	struct import *i = (struct import *)d;
	const char *fault;

	if (crypto_ca(m) == NULL) {
		buf_printf(dialogue_out(d), "WARNING: Trustpoint %s has no CA "
		    "certificate: the chain that partners see\nis not "
		    "complete. crypto ca authenticate %s\n", i->name, i->name);
		return;
	}
	fault = chain_fault(cert, m->ca);
	if (fault != NULL)
		buf_printf(dialogue_out(d), "WARNING: The certificate was not "
		    "issued by the CA of trustpoint %s: %s\n", i->name, fault);
}

/* --- crypto ca import NAME certificate --- */

static enum step_next
say_certificate(struct dialogue *d)
{
	struct import *i = (struct import *)d;
	const struct conf *c = conf_session_conf(d->s);
	const struct conf_trustpoint *tp = conf_trustpoint(c, i->name);
	char *fqdn = crypto_fqdn(c, tp);

	if (d->mode == DIALOGUE_ASKING) {
		crypto_say_fqdn(dialogue_out(d), fqdn);
		if (tp->ip_address != NULL)
			buf_printf(dialogue_out(d), "%% The IP address in the "
			    "certificate is %s\n", tp->ip_address);
		buf_puts(dialogue_out(d),
		    "\nEnter the base 64 encoded certificate.\n"
		    "End with the word \"quit\" on a line by itself\n");
	}
	mem_free(fqdn);
	return STEP_NEXT;
}

static enum step_next
refuse(struct dialogue *d, const char *reason)
{
	struct import *i = (struct import *)d;

	log_pki_install_failed(i->name, reason);
	conf_session_error(d->s, "Failed to install the device certificate "
	    "for trustpoint %s: %s", i->name, reason);
	return STEP_STOP;
}

static enum step_next
install_certificate(struct dialogue *d, X509 *cert)
{
	struct import *i = (struct import *)d;
	struct pki_material m = { 0 };

	if (crypto_material(d->s, i->name, &m) != ERR_OK) {
		X509_free(cert);
		return STEP_STOP;
	}
	say_chain(d, cert, &m);
	X509_free(m.identity);
	m.identity = cert;
	mem_free(m.csr);
	m.csr = NULL;
	if (crypto_install(d->s, i->name, &m) == ERR_OK) {
		log_pki_received(i->name);
		buf_puts(dialogue_out(d),
		    "INFO: Certificate successfully imported\n");
	}
	pki_material_fini(&m);
	return STEP_STOP;
}

static enum step_next
take_certificate(struct dialogue *d, struct str text)
{
	struct import *i = (struct import *)d;
	const struct conf_trustpoint *tp = crypto_trustpoint(d->s, i->name);
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;
	enum err err;

	if (tp == NULL || crypto_key(d->s, tp, &key) != ERR_OK)
		return STEP_STOP;
	err = pki_cert_read(&cert, text);
	if (!err)
		err = pki_key_matches(key, cert);
	EVP_PKEY_free(key);
	if (!err)
		return install_certificate(d, cert);
	X509_free(cert);
	return refuse(d, err_text(err));
}

static const struct step certificate_steps[] = {
	{ .say = say_certificate, .pasted = take_certificate },
};

enum err
crypto_import_certificate(struct conf_session *s, const char *name,
    const struct crypto_how *how)
{
	const struct conf_trustpoint *tp = crypto_trustpoint(s, name);
	EVP_PKEY *key = NULL;
	struct import *i;
	enum err err;

	/* Without the key pair there is no use in pasting. */
	if (tp == NULL || crypto_key(s, tp, &key) != ERR_OK)
		return ERR_OK;
	EVP_PKEY_free(key);
	err = import_new(&i, s, name, how);
	if (err)
		return err;
	i->d.steps = certificate_steps;
	i->d.n_steps = countof(certificate_steps);
	dialogue_run(&i->d);
	return ERR_OK;
}

/* --- crypto ca import NAME pkcs12 PASSPHRASE --- */

static enum step_next
say_p12(struct dialogue *d)
{
	if (d->mode == DIALOGUE_ASKING)
		buf_puts(dialogue_out(d),
		    "Enter the base 64 encoded pkcs12.\n"
		    "End with the word \"quit\" on a line by itself:\n");
	return STEP_NEXT;
}

static enum step_next
refuse_p12(struct dialogue *d, enum err err)
{
	struct import *i = (struct import *)d;

	log_p12_import_failed(i->name);
	conf_session_error(d->s, "PKCS12 import failed for trustpoint %s: %s. "
	    "Nothing was changed", i->name,
	    err == ERR_PKI_PARSE ? "not a PKCS12 container that can be read"
				 : err_text(err));
	return STEP_STOP;
}

static bool
holds_other_key(const char *label, EVP_PKEY *key)
{
	EVP_PKEY *old = NULL;
	bool other;

	if (pki_store_get_key(crypto_store(), label, &old) != ERR_OK)
		return pki_store_has_key(crypto_store(), label);
	other = EVP_PKEY_eq(old, key) != 1;
	EVP_PKEY_free(old);
	return other;
}

static enum step_next
take_p12(struct dialogue *d, struct str text)
{
	struct import *i = (struct import *)d;
	const struct conf_trustpoint *tp =
	    conf_trustpoint(conf_session_conf(d->s), i->name);
	enum err err = pki_p12_read(
	    text, i->passphrase, &i->key, &i->cert, &i->chain);

	if (!err && (i->key == NULL || i->cert == NULL))
		err = ERR_PKI_NO_CERT;
	if (!err)
		err = pki_key_matches(i->key, i->cert);
	if (err)
		return refuse_p12(d, err);
	i->label = mem_strdup(
	    tp != NULL && tp->keypair != NULL ? tp->keypair : i->name);
	if (i->label == NULL)
		return refuse_p12(d, ERR_NOMEM);
	i->replaces_key = holds_other_key(i->label, i->key);
	return STEP_NEXT;
}

static bool
does_replace_key(const struct dialogue *d)
{
	return ((const struct import *)d)->replaces_key;
}

static enum step_next
say_replace_key(struct dialogue *d)
{
	buf_printf(dialogue_out(d), "WARNING: You already have keys defined "
	    "named %s.\n", ((struct import *)d)->label);
	return STEP_NEXT;
}

/* The issuer first: it is the trustpoint's CA certificate. */
static enum err
fill_material(struct import *i, struct pki_material *m)
{
	int at, n = sk_X509_num(i->chain), issuer = -1;

	m->identity = i->cert;
	i->cert = NULL;
	if (n <= 0)
		return ERR_OK;
	for (at = 0; at < n && issuer < 0; at++)
		if (X509_check_issued(sk_X509_value(i->chain, at),
			m->identity) == X509_V_OK)
			issuer = at;
	if (issuer > 0) {
		X509 *first = sk_X509_delete(i->chain, issuer);

		if (sk_X509_unshift(i->chain, first) == 0) {
			X509_free(first);
			return ERR_NOMEM;
		}
	}
	sk_X509_pop_free(m->ca, X509_free);
	m->ca = i->chain;
	i->chain = NULL;
	return ERR_OK;
}

static void
ignore_finding(enum conf_severity sev, struct conf_pos pos, const char *text,
    void *arg)
{
}

/* By the rows that a file would be read with: they know the defaults. */
static enum err
add_trustpoint(struct conf *c, const char *name)
{
	char *text = mem_printf(
	    "crypto ca trustpoint %s\n enrollment terminal\n", name);
	struct conf_trustpoint **at = &c->trustpoints;
	struct conf *made = NULL;

	if (text == NULL)
		return ERR_NOMEM;
	if (conf_load(&made, text, strlen(text), ignore_finding, NULL) != 0) {
		mem_free(text);
		return ERR_CONF_VALUE;
	}
	mem_free(text);
	while (*at != NULL)
		at = &(*at)->next;
	*at = made->trustpoints;
	made->trustpoints = NULL;
	conf_free(made);
	return ERR_OK;
}

/* The trustpoint names its key pair; made when it was not there. */
static enum err
configure(struct import *i)
{
	struct conf *c = conf_session_conf(i->d.s);
	struct conf_trustpoint *tp;
	enum err err = ERR_OK;

	if (conf_trustpoint(c, i->name) == NULL)
		err = add_trustpoint(c, i->name);
	tp = conf_trustpoint(c, i->name);
	if (err || tp == NULL)
		return err ? err : ERR_CONF_VALUE;
	return mem_set_string(&tp->keypair, i->label) ? ERR_OK : ERR_NOMEM;
}

static enum step_next
install_p12(struct dialogue *d)
{
	struct import *i = (struct import *)d;
	struct pki_material m = { 0 };
	enum err err = pki_store_get(crypto_store(), i->name, &m);

	if (!err) {
		X509_free(m.identity);
		m.identity = NULL;
		mem_free(m.csr);
		m.csr = NULL;
		err = fill_material(i, &m);
	}
	if (!err)
		err = pki_store_put_key(crypto_store(), i->label, i->key);
	if (!err)
		err = configure(i);
	if (!err)
		err = pki_store_put(crypto_store(), i->name, &m);
	pki_material_fini(&m);
	if (err)
		return refuse_p12(d, err);
	crypto_key_changed(conf_session_conf(d->s), i->label);
	log_p12_imported(i->name);
	buf_puts(dialogue_out(d),
	    "INFO: Import PKCS12 operation completed successfully\n");
	return STEP_STOP;
}

static const struct step p12_steps[] = {
	{ .say = say_p12, .pasted = take_p12 },
	{ .when = does_replace_key, .say = say_replace_key,
	  .question = "Do you really want to replace them? [yes/no]: ",
	  .unasked = ANSWER_YES },
	{ .say = install_p12 },
};

enum err
crypto_import_p12(struct conf_session *s, const char *name,
    const struct crypto_how *how)
{
	struct import *i;
	enum err err;

	if (!pki_name_ok(name)) {
		conf_session_error(s, "%s cannot be a trustpoint's name", name);
		return ERR_OK;
	}
	err = import_new(&i, s, name, how);
	if (err)
		return err;
	i->d.steps = p12_steps;
	i->d.n_steps = countof(p12_steps);
	dialogue_run(&i->d);
	return ERR_OK;
}
