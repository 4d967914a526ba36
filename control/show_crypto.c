/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * show crypto: certificates, trustpoints, key pairs (asa.md 1.4, 1.9), as text
 * or, for -j, as one JSON document. Public parts only.
 */
#include "config.h"

#include "control/crypto_common.h"

#include "base/mem.h"

#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

enum { NAMES_MOST = 64 << 10, CERTS_MOST = 4096 };

/* --- every certificate once, with the trustpoints that hold it --- */

struct held {
	X509 *cert;
	enum { HELD_IDENTITY, HELD_CA } as;
	struct buf names;
};

struct inventory {
	struct held *held;
	size_t n;
	json_t *pending; /* names of trustpoints with a waiting request */
};

static void
inventory_fini(struct inventory *inv)
{
	while (inv->n > 0) {
		struct held *h = &inv->held[--inv->n];

		X509_free(h->cert);
		buf_fini(&h->names);
	}
	mem_free(inv->held);
	json_decref(inv->pending);
}

static enum err
inventory_add(struct inventory *inv, X509 *cert, int as, const char *name)
{
	struct held *h = NULL;
	size_t i;

	for (i = 0; i < inv->n && h == NULL; i++)
		if ((int)inv->held[i].as == as &&
		    X509_cmp(inv->held[i].cert, cert) == 0)
			h = &inv->held[i];
	if (h == NULL) {
		if (inv->n >= CERTS_MOST)
			return ERR_FULL;
		if (!mem_grow(inv->held, inv->n) || !X509_up_ref(cert))
			return ERR_NOMEM;
		h = &inv->held[inv->n++];
		h->cert = cert;
		h->as = as;
		buf_init(&h->names, NAMES_MOST);
	}
	return buf_printf(
	    &h->names, "%s%s", buf_len(&h->names) != 0 ? " " : "", name);
}

static enum err
inventory_take(struct inventory *inv, const char *name)
{
	struct pki_material m = { 0 };
	enum err err = pki_store_get(crypto_store(), name, &m);
	int i;

	if (!err && m.identity != NULL)
		err = inventory_add(inv, m.identity, HELD_IDENTITY, name);
	for (i = 0; !err && i < sk_X509_num(m.ca); i++)
		err = inventory_add(
		    inv, sk_X509_value(m.ca, i), HELD_CA, name);
	if (!err && m.csr != NULL)
		json_array_append_new(inv->pending, json_string(name));
	pki_material_fini(&m);
	return err;
}

/* All are read, so that associations are complete; `only` is shown. */
static enum err
inventory_fill(struct inventory *inv, const struct conf *c)
{
	const struct conf_trustpoint *tp;
	enum err err = ERR_OK;

	*inv = (struct inventory){ .pending = json_array() };
	for (tp = c->trustpoints; tp != NULL && !err; tp = tp->next)
		err = inventory_take(inv, tp->name);
	return err;
}

static bool
is_held_by(struct held *h, const char *name)
{
	struct str rest = buf_str(&h->names);

	while (rest.n != 0) {
		struct str word = str_split(&rest, ' ');

		if (name == NULL ||
		    (word.n == strlen(name) &&
			memcmp(word.p, name, word.n) == 0))
			return true;
	}
	return false;
}

/* --- a certificate as JSON --- */

static json_t *
json_text(const char *p, size_t n)
{
	json_t *o = json_stringn(p, n);

	return o != NULL ? o : json_string("(not UTF-8)");
}

static json_t *
json_name(const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	json_t *o = NULL;
	char *p = NULL;
	long n;

	if (bio != NULL && X509_NAME_print_ex(bio, name, 0,
			       XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
		n = BIO_get_mem_data(bio, &p);
		o = json_text(p, n > 0 ? (size_t)n : 0);
	}
	BIO_free(bio);
	return o != NULL ? o : json_null();
}

static json_t *
json_time(const ASN1_TIME *t)
{
	char text[32];
	struct tm tm;

	if (!ASN1_TIME_to_tm(t, &tm) ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return json_null();
	return json_string(text);
}

static json_t *
json_fingerprint(X509 *cert, const EVP_MD *md)
{
	char text[EVP_MAX_MD_SIZE * 3];

	if (pki_fingerprint(text, sizeof(text), cert, md) != ERR_OK)
		return json_null();
	return json_string(text);
}

static json_t *
json_words(struct str rest)
{
	json_t *a = json_array();

	while (rest.n != 0) {
		struct str word = str_split(&rest, ' ');

		json_array_append_new(a, json_text(word.p, word.n));
	}
	return a;
}

static json_t *
json_cert(struct held *h)
{
	const EVP_PKEY *key = X509_get0_pubkey(h->cert);
	char serial[128];
	int days = 0, seconds = 0;

	ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(h->cert));
	pki_serial(serial, sizeof(serial), h->cert);
	return json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:i,s:s,s:i,s:s,s:o,"
			 "s:o,s:b,s:b,s:o}",
	    "kind", h->as == HELD_CA ? "ca" : "identity", "status",
	    "available", "serial", serial, "subject",
	    json_name(X509_get_subject_name(h->cert)), "issuer",
	    json_name(X509_get_issuer_name(h->cert)), "not_before",
	    json_time(X509_get0_notBefore(h->cert)), "not_after",
	    json_time(X509_get0_notAfter(h->cert)), "days_left", days,
	    "key_type", key != NULL ? EVP_PKEY_get0_type_name(key) : "unknown",
	    "key_bits", key != NULL ? EVP_PKEY_get_bits(key) : 0,
	    "signature_algorithm",
	    OBJ_nid2ln(X509_get_signature_nid(h->cert)), "md5",
	    json_fingerprint(h->cert, EVP_md5()), "sha256",
	    json_fingerprint(h->cert, EVP_sha256()), "is_ca",
	    (int)pki_cert_is_ca(h->cert), "self_signed",
	    (int)pki_cert_is_self_signed(h->cert), "trustpoints",
	    json_words(buf_str(&h->names)));
}

/* --- show crypto ca certificates --- */

static enum err
certificates_json(struct conf_session *s, struct inventory *inv,
    const char *only)
{
	json_t *list = json_array(), *pending = json_array(), *p;
	size_t i;

	for (i = 0; i < inv->n; i++)
		if (is_held_by(&inv->held[i], only))
			json_array_append_new(list, json_cert(&inv->held[i]));
	json_array_foreach(inv->pending, i, p)
		if (only == NULL || strcmp(json_string_value(p), only) == 0)
			json_array_append(pending, p);
	return crypto_answer_json(s, json_pack("{s:o,s:o}", "certificates",
	    list, "pending", pending));
}

static enum err
certificates_text(struct conf_session *s, struct inventory *inv,
    const char *only)
{
	struct buf *out = conf_session_out(s);
	enum err err = ERR_OK;
	json_t *p;
	size_t i;

	for (i = 0; i < inv->n && !err; i++) {
		struct held *h = &inv->held[i];

		if (!is_held_by(h, only))
			continue;
		err = pki_cert_show(out, h->cert, h->as == HELD_CA,
		    buf_cstr(&h->names));
		buf_puts(out, "\n");
	}
	json_array_foreach(inv->pending, i, p)
		if (only == NULL || strcmp(json_string_value(p), only) == 0)
			buf_printf(out, "Certificate\n  Status: Pending\n"
			    "  Associated Trustpoints: %s\n\n",
			    json_string_value(p));
	return err;
}

static enum err
run_certificates(struct conf_session *s, const struct conf_args *a)
{
	const char *only = conf_arg(a, "name");
	struct inventory inv;
	enum err err;

	if (only != NULL && crypto_trustpoint(s, only) == NULL)
		return ERR_OK;
	err = inventory_fill(&inv, conf_session_conf(s));
	if (!err)
		err = conf_session_json(s) ? certificates_json(s, &inv, only)
					   : certificates_text(s, &inv, only);
	inventory_fini(&inv);
	return err;
}

/* --- show crypto ca trustpoints --- */

static const char *const enrollments[] = {
	[CONF_ENROLL_NONE] = "none",
	[CONF_ENROLL_SELF] = "self",
	[CONF_ENROLL_TERMINAL] = "terminal",
	[CONF_ENROLL_URL] = "url",
};

static json_t *
trustpoint_json(const struct conf_trustpoint *tp, struct pki_material *m)
{
	char serial[128] = "";
	X509 *ca = crypto_ca(m);

	if (ca != NULL)
		pki_serial(serial, sizeof(serial), ca);
	return json_pack("{s:s,s:s,s:s,s:b,s:b,s:b,s:o,s:o,s:o,s:o}", "name",
	    tp->name, "enrollment", enrollments[tp->enrollment], "keypair",
	    crypto_label(tp), "key_exists",
	    (int)pki_store_has_key(crypto_store(), crypto_label(tp)),
	    "authenticated", (int)(ca != NULL), "pending",
	    (int)(m->csr != NULL), "ca_subject",
	    ca != NULL ? json_name(X509_get_subject_name(ca)) : json_null(),
	    "ca_serial", ca != NULL ? json_string(serial) : json_null(),
	    "subject", m->identity != NULL
		? json_name(X509_get_subject_name(m->identity)) : json_null(),
	    "not_after", m->identity != NULL
		? json_time(X509_get0_notAfter(m->identity)) : json_null());
}

/* The text of the same document: the two cannot differ. */
static void
trustpoint_text(struct buf *out, const json_t *t)
{
	const char *subject =
	    json_string_value(json_object_get(t, "ca_subject"));
	const char *own = json_string_value(json_object_get(t, "subject"));
	char shown[1024];

	buf_printf(out, "Trustpoint %s:\n",
	    json_string_value(json_object_get(t, "name")));
	if (subject != NULL)
		buf_printf(out, "    Subject Name: \n    %s\n"
		    "          Serial Number: %s\n",
		    str_escape(shown, sizeof(shown), str_of(subject)),
		    json_string_value(json_object_get(t, "ca_serial")));
	else
		buf_puts(out, "    Not authenticated.\n");
	if (own != NULL)
		buf_printf(out, "    Certificate configured.\n    %s\n",
		    str_escape(shown, sizeof(shown), str_of(own)));
	if (json_is_true(json_object_get(t, "pending")))
		buf_puts(out, "    Certificate request pending.\n");
	buf_printf(out, "    Enrollment: %s\n    Key pair: %s%s\n\n",
	    json_string_value(json_object_get(t, "enrollment")),
	    json_string_value(json_object_get(t, "keypair")),
	    json_is_true(json_object_get(t, "key_exists"))
		? "" : " (does not exist)");
}

static enum err
run_trustpoints(struct conf_session *s, const struct conf_args *a)
{
	const char *only = conf_arg(a, "name");
	const struct conf_trustpoint *tp;
	json_t *list = json_array(), *t;
	enum err err = ERR_OK;
	size_t i;

	if (only != NULL && crypto_trustpoint(s, only) == NULL) {
		json_decref(list);
		return ERR_OK;
	}
	for (tp = conf_session_conf(s)->trustpoints; tp != NULL && !err;
	    tp = tp->next) {
		struct pki_material m = { 0 };

		if (only != NULL && strcmp(only, tp->name) != 0)
			continue;
		err = pki_store_get(crypto_store(), tp->name, &m);
		if (!err)
			json_array_append_new(list, trustpoint_json(tp, &m));
		pki_material_fini(&m);
	}
	if (!err && conf_session_json(s))
		return crypto_answer_json(
		    s, json_pack("{s:o}", "trustpoints", list));
	json_array_foreach(list, i, t)
		trustpoint_text(conf_session_out(s), t);
	json_decref(list);
	return err;
}

/* --- show crypto key mypubkey --- */

struct keys {
	json_t *list;
	const char *type; /* NULL: all */
};

static json_t *
public_hex(EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der), i;
	json_t *o = NULL;
	char *text = n > 0 ? mem_alloc((size_t)n * 2 + 1) : NULL;

	for (i = 0; text != NULL && i < n; i++)
		snprintf(text + i * 2, 3, "%02x", der[i]);
	if (text != NULL)
		o = json_string(text);
	mem_free(text);
	OPENSSL_free(der);
	return o != NULL ? o : json_null();
}

static void
add_key(const char *label, EVP_PKEY *key, time_t generated, void *arg)
{
	const char *type = EVP_PKEY_is_a(key, "RSA") ? "rsa" : "ecdsa";
	struct keys *k = arg;
	char when[48] = "";
	struct tm tm;

	if (k->type != NULL && strcmp(k->type, type) != 0)
		return;
	if (gmtime_r(&generated, &tm) != NULL)
		strftime(when, sizeof(when), "%H:%M:%S UTC %b %e %Y", &tm);
	json_array_append_new(k->list, json_pack("{s:s,s:s,s:i,s:s,s:I,s:o}",
	    "name", label, "type", type, "bits", EVP_PKEY_get_bits(key),
	    "generated", when, "generated_s", (json_int_t)generated,
	    "public", public_hex(key)));
}

static void
key_text(struct buf *out, const json_t *k)
{
	enum { GROUP = 8, LINE = 64 };
	const char *hex = json_string_value(json_object_get(k, "public"));
	const char *type = json_string_value(json_object_get(k, "type"));
	size_t i;

	buf_printf(out, "Key pair was generated at: %s\nKey name: %s\n"
	    " Usage: General Purpose Key\n %s: %d\n Key Data:\n",
	    json_string_value(json_object_get(k, "generated")),
	    json_string_value(json_object_get(k, "name")),
	    type[0] == 'r' ? "Modulus Size (bits)"
			   : "EC Key Size (bits)",
	    (int)json_integer_value(json_object_get(k, "bits")));
	for (i = 0; hex != NULL && hex[i] != '\0'; i++)
		buf_printf(out, "%s%c",
		    i % LINE == 0 ? i != 0 ? "\n  " : "  "
		    : i % GROUP == 0 ? " " : "", hex[i]);
	buf_puts(out, "\n\n");
}

static enum err
show_keys(struct conf_session *s, const char *type)
{
	struct keys keys = { json_array(), type };
	enum err err = pki_store_each_key(crypto_store(), add_key, &keys);
	json_t *k;
	size_t i;

	if (!err && conf_session_json(s))
		return crypto_answer_json(
		    s, json_pack("{s:o}", "keys", keys.list));
	json_array_foreach(keys.list, i, k)
		key_text(conf_session_out(s), k);
	json_decref(keys.list);
	return err;
}

static enum err
run_keys_rsa(struct conf_session *s, const struct conf_args *a)
{
	return show_keys(s, "rsa");
}

static enum err
run_keys_ecdsa(struct conf_session *s, const struct conf_args *a)
{
	return show_keys(s, "ecdsa");
}

static enum err
run_keys_all(struct conf_session *s, const struct conf_args *a)
{
	return show_keys(s, NULL);
}

static const struct conf_cmd rows[] = {
	{
		.syntax = "show crypto ca certificates [<name>]",
		.summary = "Certificates, all or of one trustpoint",
		.doc = "With serial number, names, validity and the "
		       "trustpoints that hold each.",
		.flags = CONF_ACTION,
		.run = run_certificates,
	},
	{
		.syntax = "show crypto ca trustpoints [<name>]",
		.summary = "Trustpoints and what they lack",
		.doc = "Whether each is authenticated, enrolled or waits for "
		       "the CA's answer, and its key pair.",
		.flags = CONF_ACTION,
		.run = run_trustpoints,
	},
	{
		.syntax = "show crypto key mypubkey rsa",
		.summary = "RSA key pairs: the public halves",
		.doc = "In the order of their labels.",
		.flags = CONF_ACTION,
		.run = run_keys_rsa,
	},
	{
		.syntax = "show crypto key mypubkey ecdsa",
		.summary = "ECDSA key pairs: the public halves",
		.doc = "In the order of their labels.",
		.flags = CONF_ACTION,
		.run = run_keys_ecdsa,
	},
	{
		.syntax = "show crypto key mypubkey all",
		.summary = "All key pairs: the public halves",
		.doc = "In the order of their labels.",
		.flags = CONF_ACTION,
		.run = run_keys_all,
	},
	{ .syntax = NULL },
};

void
show_crypto_register(void)
{
	conf_extend(&conf_mode_exec, rows);
}
