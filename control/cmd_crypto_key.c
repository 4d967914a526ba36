/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crypto key generate and zeroize (asa.md 1.4). Keys are made in a job: an
 * RSA key may take seconds, and the loop relays for others meanwhile.
 */
#include "config.h"

#include "control/crypto_common.h"

#include "base/mem.h"
#include "control/job.h"

#include <string.h>

enum { KEYGEN_DEADLINE_MS = 120000, RSA_LEAST = 2048, LABELS_MOST = 4096 };

/* --- generate --- */

struct keygen {
	struct dialogue d;
	struct keygen *next; /* those whose job runs */
	char *label;
	enum pki_key_type type;
	unsigned bits;
};

static struct keygen *running;

static void
keygen_free(struct dialogue *d)
{
	struct keygen *k = (struct keygen *)d;

	mem_free(k->label);
	mem_free(k);
}

static void
keygen_unlink(struct keygen *k)
{
	struct keygen **at;

	for (at = &running; *at != k; at = &(*at)->next)
		;
	*at = k->next;
}

void
control_crypto_session_ended(struct conf_session *s)
{
	struct keygen *k, *next;

	for (k = running; k != NULL; k = next) {
		next = k->next;
		if (k->d.s != s)
			continue;
		job_cancel(k);
		keygen_unlink(k);
		keygen_free(&k->d);
	}
}

static bool
keygen_replaces(const struct dialogue *d)
{
	const struct keygen *k = (const struct keygen *)d;

	return pki_store_has_key(crypto_store(), k->label);
}

static enum step_next
say_replaces(struct dialogue *d)
{
	struct keygen *k = (struct keygen *)d;
	const struct conf_trustpoint *tp;

	buf_printf(dialogue_out(d), "WARNING: You already have %s keys "
	    "defined named %s.\n", k->type == PKI_RSA ? "RSA" : "ECDSA",
	    k->label);
	for (tp = conf_session_conf(d->s)->trustpoints; tp != NULL;
	    tp = tp->next)
		if (strcmp(crypto_label(tp), k->label) == 0)
			buf_printf(dialogue_out(d), "WARNING: Trustpoint %s "
			    "uses them and will have to enroll again.\n",
			    tp->name);
	return STEP_NEXT;
}

/* In the child. */
static enum err
keygen_work(int fd_out, void *arg)
{
	const struct keygen *k = arg;
	EVP_PKEY *key = NULL;
	struct buf pem;
	enum err err;

	buf_init(&pem, JOB_OUTPUT_MOST);
	err = pki_key_generate(&key, k->type, k->bits);
	if (!err)
		err = pki_key_pem(&pem, key);
	if (!err)
		err = job_write(fd_out, buf_str(&pem));
	return err; /* the process ends here: memory goes with it */
}

static void
keygen_done(enum err err, struct str output, void *arg)
{
	struct keygen *k = arg;
	struct conf_session *s = k->d.s;
	EVP_PKEY *key = NULL;

	keygen_unlink(k);
	if (!err)
		err = pki_key_read(&key, output);
	if (!err)
		err = pki_store_put_key(crypto_store(), k->label, key);
	if (err)
		conf_session_error(s, "The key pair %s was not generated: %s",
		    k->label, err_text(err));
	else
		crypto_key_changed(conf_session_conf(s), k->label);
	EVP_PKEY_free(key);
	keygen_free(&k->d);
	conf_session_release(s);
}

/* The job needs k beyond the dialogue: it takes a copy along. */
static enum step_next
start_job(struct dialogue *d)
{
	struct keygen *k = mem_new(struct keygen);
	enum err err = k != NULL ? ERR_OK : ERR_NOMEM;

	if (!err) {
		*k = *(struct keygen *)d;
		((struct keygen *)d)->label = NULL;
		buf_printf(dialogue_out(d), "INFO: The name for the keys will "
		    "be: %s\nKeypair generation process begin. Please "
		    "wait...\n", k->label);
		err = job_run("keygen", keygen_work, k, KEYGEN_DEADLINE_MS,
		    keygen_done, k);
	}
	if (err) {
		conf_session_error(d->s, "The key pair cannot be generated: "
		    "%s", err_text(err));
		if (k != NULL)
			keygen_free(&k->d);
		return STEP_STOP;
	}
	k->next = running;
	running = k;
	conf_session_hold(d->s);
	return STEP_STOP;
}

static const struct step keygen_steps[] = {
	{ .when = keygen_replaces, .say = say_replaces,
	  .question = "Do you really want to replace them? [yes/no]: ",
	  .unasked = ANSWER_YES },
	{ .say = start_job },
};

static enum err
generate(struct conf_session *s, const struct conf_args *a,
    enum pki_key_type type, unsigned bits)
{
	const char *label = conf_arg(a, "label");
	struct keygen *k;

	if (label == NULL)
		label = CRYPTO_DEFAULT_RSA;
	if (!pki_name_ok(label)) {
		conf_session_error(s, "%s cannot be a key label: letters, "
		    "digits, . _ - and at most 64 of them", label);
		return ERR_OK;
	}
	if (type == PKI_RSA && bits < RSA_LEAST)
		buf_printf(conf_session_out(s), "WARNING: A modulus of %u "
		    "bits is too small: today's partners refuse keys below "
		    "%d bits.\n", bits, RSA_LEAST);
	k = mem_new(struct keygen);
	if (k == NULL || (k->label = mem_strdup(label)) == NULL) {
		mem_free(k);
		return ERR_NOMEM;
	}
	k->d = (struct dialogue){ .s = s, .steps = keygen_steps,
		.n_steps = countof(keygen_steps), .free = keygen_free,
		.mode = conf_arg_word(a, "noconfirm") ? DIALOGUE_UNATTENDED
						      : DIALOGUE_ASKING };
	k->type = type;
	k->bits = bits;
	dialogue_run(&k->d);
	return ERR_OK;
}

static unsigned
number_of(const char *text, unsigned dflt)
{
	uint64_t v;

	return text != NULL && str_to_uint(str_of(text), 65536, &v)
	    ? (unsigned)v : dflt;
}

static enum err
run_generate_rsa(struct conf_session *s, const struct conf_args *a)
{
	static const unsigned sizes[] = { 1024, 2048, 3072, 4096 };
	unsigned bits = number_of(conf_arg(a, "modulus"), 2048);
	size_t i;

	for (i = 0; i < countof(sizes); i++)
		if (sizes[i] == bits)
			return generate(s, a, PKI_RSA, bits);
	conf_session_error(s, "The modulus is one of 1024, 2048, 3072 and "
	    "4096 bits");
	return ERR_OK;
}

static enum err
run_generate_ecdsa(struct conf_session *s, const struct conf_args *a)
{
	static const char *const curves[] = { "256", "384", "521" };
	unsigned bits = 384;
	size_t i;

	for (i = 0; i < countof(curves); i++)
		if (conf_arg_word(a, curves[i]))
			bits = number_of(curves[i], bits);
	return generate(s, a, PKI_ECDSA, bits);
}

/* --- zeroize --- */

struct zeroize {
	struct dialogue d;
	enum pki_key_type type;
	char *only;    /* this label; NULL: all of the type */
	char **labels;
	size_t n;
	enum err err;  /* of collecting: all or none are destroyed */
};

static void
zeroize_free(struct dialogue *d)
{
	struct zeroize *z = (struct zeroize *)d;

	while (z->n > 0)
		mem_free(z->labels[--z->n]);
	mem_free(z->labels);
	mem_free(z->only);
	mem_free(z);
}

static void
collect_label(const char *label, EVP_PKEY *key, time_t generated, void *arg)
{
	struct zeroize *z = arg;
	const char *type = z->type == PKI_RSA ? "RSA" : "EC";

	if (z->err || !EVP_PKEY_is_a(key, type) ||
	    (z->only != NULL && strcmp(z->only, label) != 0))
		return;
	if (z->n >= LABELS_MOST)
		z->err = ERR_FULL;
	else if (!mem_grow(z->labels, z->n) ||
	    (z->labels[z->n] = mem_strdup(label)) == NULL)
		z->err = ERR_NOMEM;
	else
		z->n++;
}

/* The certificates of a key that is gone are of no use any more. */
static enum err
drop_certificates(struct conf_session *s, const char *label)
{
	const struct conf_trustpoint *tp;
	enum err err = ERR_OK;

	for (tp = conf_session_conf(s)->trustpoints; tp != NULL && !err;
	    tp = tp->next) {
		struct pki_material m = { 0 };

		if (strcmp(crypto_label(tp), label) != 0)
			continue;
		err = crypto_material(s, tp->name, &m);
		if (!err && (m.identity != NULL || m.csr != NULL)) {
			X509_free(m.identity);
			m.identity = NULL;
			mem_free(m.csr);
			m.csr = NULL;
			err = crypto_install(s, tp->name, &m);
		}
		pki_material_fini(&m);
	}
	return err;
}

static enum step_next
say_zeroize(struct dialogue *d)
{
	struct zeroize *z = (struct zeroize *)d;
	const char *type = z->type == PKI_RSA ? "RSA" : "ECDSA";

	if (z->only == NULL)
		buf_printf(dialogue_out(d),
		    "WARNING: All %s keys will be removed.\n", type);
	else
		buf_printf(dialogue_out(d), "WARNING: The %s keys named %s "
		    "will be removed.\n", type, z->only);
	buf_puts(dialogue_out(d), "WARNING: All device digital certificates "
	    "issued using these keys will also be removed.\n\n");
	return STEP_NEXT;
}

static enum step_next
do_zeroize(struct dialogue *d)
{
	struct zeroize *z = (struct zeroize *)d;
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < z->n && !err; i++) {
		err = drop_certificates(d->s, z->labels[i]);
		if (err)
			break;
		err = pki_store_drop_key(crypto_store(), z->labels[i]);
		if (err)
			conf_session_error(d->s, "Key pair %s: %s",
			    z->labels[i], err_text(err));
		else
			crypto_key_changed(
			    conf_session_conf(d->s), z->labels[i]);
	}
	return STEP_STOP;
}

static const struct step zeroize_steps[] = {
	{ .say = say_zeroize,
	  .question = "Do you really want to remove these keys? [yes/no]: ",
	  .unasked = ANSWER_YES },
	{ .say = do_zeroize },
};

static enum err
zeroize(struct conf_session *s, const struct conf_args *a,
    enum pki_key_type type)
{
	const char *label = conf_arg(a, "label");
	struct zeroize *z = mem_new(struct zeroize);
	enum err err;

	if (z == NULL)
		return ERR_NOMEM;
	z->type = type;
	z->d = (struct dialogue){ .s = s, .steps = zeroize_steps,
		.n_steps = countof(zeroize_steps), .free = zeroize_free,
		.mode = conf_arg_word(a, "noconfirm") ? DIALOGUE_UNATTENDED
						      : DIALOGUE_ASKING };
	err = label == NULL || (z->only = mem_strdup(label)) != NULL
	    ? pki_store_each_key(crypto_store(), collect_label, z)
	    : ERR_NOMEM;
	if (!err)
		err = z->err;
	if (!err && z->n > 0) {
		dialogue_run(&z->d);
		return ERR_OK;
	}
	if (!err && label != NULL)
		conf_session_error(s, "There are no %s keys named %s",
		    type == PKI_RSA ? "RSA" : "ECDSA", label);
	else if (!err)
		conf_session_error(s, "There are no %s keys",
		    type == PKI_RSA ? "RSA" : "ECDSA");
	zeroize_free(&z->d);
	return err;
}

static enum err
run_zeroize_rsa(struct conf_session *s, const struct conf_args *a)
{
	return zeroize(s, a, PKI_RSA);
}

static enum err
run_zeroize_ecdsa(struct conf_session *s, const struct conf_args *a)
{
	return zeroize(s, a, PKI_ECDSA);
}

static const struct conf_cmd rows[] = {
	{
		.syntax = "crypto key generate rsa [label <label>] "
			  "[modulus <modulus:1024-4096>] [noconfirm]",
		.summary = "Make an RSA key pair",
		.doc = "2048 bits unless `modulus` says 1024, 3072 or 4096. "
		       "Without a label the pair is `<Default-RSA-Key>`, "
		       "which trustpoints without `keypair` use. An existing "
		       "pair is replaced after a question only; `noconfirm` "
		       "answers it with yes.",
		.flags = CONF_ACTION | CONF_ANYWHERE,
		.run = run_generate_rsa,
	},
	{
		.syntax = "crypto key generate ecdsa label <label> "
			  "[elliptic-curve {256|384|521}] [noconfirm]",
		.summary = "Make an ECDSA key pair",
		.doc = "On curve P-384 unless `elliptic-curve` says otherwise.",
		.flags = CONF_ACTION | CONF_ANYWHERE,
		.run = run_generate_ecdsa,
	},
	{
		.syntax = "crypto key zeroize rsa [label <label>] [noconfirm]",
		.summary = "Destroy RSA key pairs",
		.doc = "All of them or the one named, with the certificates "
		       "that were issued for them, after a question.",
		.flags = CONF_ACTION | CONF_ANYWHERE,
		.run = run_zeroize_rsa,
	},
	{
		.syntax = "crypto key zeroize ecdsa [label <label>] "
			  "[noconfirm]",
		.summary = "Destroy ECDSA key pairs",
		.doc = "As `crypto key zeroize rsa`.",
		.flags = CONF_ACTION | CONF_ANYWHERE,
		.run = run_zeroize_ecdsa,
	},
	{ .syntax = NULL },
};

void
cmd_crypto_key_register(void)
{
	conf_extend(&conf_mode_global, rows);
}
