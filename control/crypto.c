/* SPDX-License-Identifier: BSD-2-Clause */
/* What the crypto commands have in common: see crypto_common.h. */
#include "config.h"

#include "control/crypto_common.h"

#include "base/mem.h"

#include <string.h>

static struct control_crypto *ctx;

void
control_crypto_init(struct control_crypto *c)
{
	ctx = c;
}

void
control_crypto_register(void)
{
	cmd_crypto_key_register();
	cmd_crypto_ca_register();
	crypto_chain_register();
	show_crypto_register();
}

struct pki_store *
crypto_store(void)
{
	return ctx->store;
}

void
crypto_changed(const char *trustpoint)
{
	if (ctx->material_changed != NULL)
		ctx->material_changed(trustpoint, ctx->arg);
}

void
crypto_key_changed(const struct conf *c, const char *label)
{
	const struct conf_trustpoint *tp;
	size_t n = 0;

	for (tp = c->trustpoints; tp != NULL; tp = tp->next) {
		if (strcmp(crypto_label(tp), label) == 0) {
			crypto_changed(tp->name);
			n++;
		}
	}
	if (n == 0)
		crypto_changed(NULL);
}

void
crypto_forget(struct conf_session *s, const void *object)
{
	conf_session_forget(s, object);
	if (ctx->forget != NULL)
		ctx->forget(object, ctx->arg);
}

struct conf_trustpoint *
crypto_trustpoint(struct conf_session *s, const char *name)
{
	struct conf_trustpoint *tp =
	    conf_trustpoint(conf_session_conf(s), name);

	if (tp == NULL)
		conf_session_error(s,
		    "Trustpoint %s does not exist. crypto ca trustpoint %s",
		    name, name);
	return tp;
}

const char *
crypto_label(const struct conf_trustpoint *tp)
{
	return tp->keypair != NULL ? tp->keypair : CRYPTO_DEFAULT_RSA;
}

enum err
crypto_key(struct conf_session *s, const struct conf_trustpoint *tp,
    EVP_PKEY **out)
{
	enum err err = pki_store_get_key(crypto_store(), crypto_label(tp), out);

	if (err == ERR_PKI_NO_KEY && tp->keypair != NULL)
		conf_session_error(s, "The key pair %s of trustpoint %s does "
		    "not exist. crypto key generate rsa label %s",
		    tp->keypair, tp->name, tp->keypair);
	else if (err == ERR_PKI_NO_KEY)
		conf_session_error(s, "Trustpoint %s has no keypair and there "
		    "is no default key pair. crypto key generate rsa",
		    tp->name);
	else if (err)
		conf_session_error(s, "Key pair %s: %s", crypto_label(tp),
		    err_text(err));
	return err;
}

enum err
crypto_material(struct conf_session *s, const char *trustpoint,
    struct pki_material *out)
{
	enum err err = pki_store_get(crypto_store(), trustpoint, out);

	if (err)
		conf_session_error(s, "Trustpoint %s: %s", trustpoint,
		    err_text(err));
	return err;
}

enum err
crypto_install(struct conf_session *s, const char *trustpoint,
    const struct pki_material *m)
{
	enum err err;

	if (crypto_trustpoint(s, trustpoint) == NULL)
		return ERR_NOT_FOUND;
	err = pki_store_put(crypto_store(), trustpoint, m);
	if (err)
		conf_session_error(s, "Trustpoint %s cannot be stored: %s",
		    trustpoint, err_text(err));
	else
		crypto_changed(trustpoint);
	return err;
}

X509 *
crypto_ca(const struct pki_material *m)
{
	return m->ca != NULL && sk_X509_num(m->ca) > 0
	    ? sk_X509_value(m->ca, 0) : NULL;
}

char *
crypto_system_fqdn(const struct conf *c)
{
	if (c->hostname == NULL || c->domain_name == NULL)
		return NULL;
	return mem_printf("%s.%s", c->hostname, c->domain_name);
}

char *
crypto_fqdn(const struct conf *c, const struct conf_trustpoint *tp)
{
	if (tp->fqdn == NULL)
		return crypto_system_fqdn(c);
	return strcmp(tp->fqdn, "none") == 0 ? NULL : mem_strdup(tp->fqdn);
}

void
crypto_say_fqdn(struct buf *out, const char *fqdn)
{
	if (fqdn != NULL)
		buf_printf(out, "%% The fully-qualified domain name in the "
		    "certificate will be: %s\n", fqdn);
	else
		buf_puts(out, "% The fully-qualified domain name will not be "
		    "included in the certificate\n");
}

enum err
crypto_answer_json(struct conf_session *s, json_t *doc)
{
	char *text = doc != NULL ? json_dumps(doc, JSON_INDENT(1)) : NULL;
	enum err err = ERR_NOMEM;

	json_decref(doc);
	if (text != NULL)
		err = buf_printf(conf_session_out(s), "%s\n", text);
	mem_free(text);
	return err;
}
