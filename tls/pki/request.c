/* SPDX-License-Identifier: BSD-2-Clause */
/* Subject and extensions of what we ask for or sign: see request.h. */
#include "tls/pki/request.h"

#include "base/mem.h"
#include "tls/pki/subject.h"
#include "tls/pki/text.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <string.h>

/* The bytes of an IP literal; 0 if it is none. */
static size_t
ip_bytes(unsigned char out[16], struct str s)
{
	char text[INET6_ADDRSTRLEN];

	if (s.n == 0 || s.n >= sizeof(text) || memchr(s.p, '\0', s.n) != NULL)
		return 0;
	str_copy(text, sizeof(text), s);
	if (inet_pton(AF_INET, text, out) == 1)
		return 4;
	return inet_pton(AF_INET6, text, out) == 1 ? 16 : 0;
}

static bool
printable(const char *s, size_t most)
{
	size_t n = strlen(s), i;

	for (i = 0; i < n; i++)
		if (s[i] <= 0x20 || s[i] >= 0x7f)
			return false;
	return n != 0 && n <= most;
}

static enum err
check_request(const struct pki_request *r)
{
	unsigned char ip[16];

	if (r->fqdn != NULL && !pki_host_ok(str_of(r->fqdn)))
		return ERR_CONF_VALUE;
	if (r->ip != NULL && ip_bytes(ip, str_of(r->ip)) == 0)
		return ERR_CONF_VALUE;
	if (r->email != NULL &&
	    (!printable(r->email, 128) || strchr(r->email, '@') == NULL))
		return ERR_CONF_VALUE;
	if (r->serial != NULL && !printable(r->serial, 64))
		return ERR_CONF_VALUE;
	return r->key != NULL ? ERR_OK : ERR_PKI_NO_KEY;
}

static enum err
base_name(X509_NAME **out, const struct pki_request *r)
{
	const char *cn = r->fqdn != NULL ? r->fqdn : r->ip;
	X509_NAME *name;

	if (r->subject != NULL && r->subject[0] != '\0')
		return pki_subject_parse(out, r->subject);
	if (cn == NULL)
		return ERR_CONF_VALUE;
	name = X509_NAME_new();
	if (name == NULL)
		return pki_fail(ERR_NOMEM);
	if (!X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
		(const unsigned char *)cn, -1, -1, 0)) {
		X509_NAME_free(name);
		return pki_fail(ERR_CONF_VALUE);
	}
	*out = name;
	return ERR_OK;
}

enum err
pki_request_name(X509_NAME **out, const struct pki_request *r)
{
	const struct joined {
		int nid, type;
		const char *text;
	} joined[] = {
		{ NID_pkcs9_unstructuredAddress, V_ASN1_PRINTABLESTRING,
		    r->ip },
		{ NID_pkcs9_unstructuredName, V_ASN1_IA5STRING, r->fqdn },
		{ NID_serialNumber, V_ASN1_PRINTABLESTRING, r->serial },
	};
	X509_NAME *name = NULL;
	enum err err = check_request(r);
	int set = 0; /* the first opens an RDN, the others join it */
	size_t i;

	if (!err)
		err = base_name(&name, r);
	if (err)
		return err;
	for (i = 0; i < countof(joined) && !err; i++) {
		const struct joined *j = &joined[i];

		if (j->text == NULL)
			continue;
		if (!X509_NAME_add_entry_by_NID(name, j->nid, j->type,
			(const unsigned char *)j->text, -1, -1, set))
			err = pki_fail(ERR_CONF_VALUE);
		set = -1;
	}
	if (err)
		X509_NAME_free(name);
	else
		*out = name;
	return err;
}

/* --- extensions --- */

static enum err
add_ext(STACK_OF(X509_EXTENSION) **out, int nid, void *value, int critical)
{
	if (X509V3_add1_i2d(out, nid, value, critical, X509V3_ADD_DEFAULT) != 1)
		return pki_fail(ERR_NOMEM);
	return ERR_OK;
}

static enum err
add_key_usage(STACK_OF(X509_EXTENSION) **out, EVP_PKEY *key)
{
	ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
	enum err err = ERR_NOMEM;
	bool ok = bits != NULL && ASN1_BIT_STRING_set_bit(bits, 0, 1);

	/* An EC key cannot encipher; RSA key exchange needs that bit. */
	if (ok && EVP_PKEY_is_a(key, "RSA"))
		ok = ASN1_BIT_STRING_set_bit(bits, 2, 1);
	if (ok)
		err = add_ext(out, NID_key_usage, bits, 1);
	ASN1_BIT_STRING_free(bits);
	return err;
}

static enum err
add_purposes(STACK_OF(X509_EXTENSION) **out)
{
	EXTENDED_KEY_USAGE *ekus = sk_ASN1_OBJECT_new_null();
	enum err err = ERR_NOMEM;

	if (ekus != NULL &&
	    sk_ASN1_OBJECT_push(ekus, OBJ_nid2obj(NID_server_auth)) > 0 &&
	    sk_ASN1_OBJECT_push(ekus, OBJ_nid2obj(NID_client_auth)) > 0)
		err = add_ext(out, NID_ext_key_usage, ekus, 0);
	sk_ASN1_OBJECT_pop_free(ekus, ASN1_OBJECT_free);
	return err;
}

static enum err
push_name(GENERAL_NAMES *names, int type, const void *p, size_t n)
{
	GENERAL_NAME *g = GENERAL_NAME_new();
	ASN1_STRING *s = ASN1_STRING_type_new(
	    type == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);

	if (g == NULL || s == NULL || !ASN1_STRING_set(s, p, (int)n)) {
		ASN1_STRING_free(s);
		goto fail;
	}
	GENERAL_NAME_set0_value(g, type, s);
	if (sk_GENERAL_NAME_push(names, g) > 0)
		return ERR_OK;
fail:
	GENERAL_NAME_free(g);
	return pki_fail(ERR_NOMEM);
}

static bool
has_name(GENERAL_NAMES *names, int type, const void *p, size_t n)
{
	int i, kind;

	for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const ASN1_STRING *s = GENERAL_NAME_get0_value(
		    sk_GENERAL_NAME_value(names, i), &kind);
		struct str a, b = { p, n };

		if (kind != type)
			continue;
		a.p = (const char *)ASN1_STRING_get0_data(s);
		a.n = (size_t)ASN1_STRING_length(s);
		if (type == GEN_IPADD ? str_equal(a, b)
				      : str_equal_nocase(a, b))
			return true;
	}
	return false;
}

/* A host name or an IP literal; anything else names no host: left out. */
static enum err
push_host(GENERAL_NAMES *names, struct str host)
{
	unsigned char ip[16];
	size_t n = ip_bytes(ip, host);

	if (n != 0)
		return has_name(names, GEN_IPADD, ip, n)
		    ? ERR_OK
		    : push_name(names, GEN_IPADD, ip, n);
	if (!pki_host_ok(host) || has_name(names, GEN_DNS, host.p, host.n))
		return ERR_OK;
	return push_name(names, GEN_DNS, host.p, host.n);
}

/* The last, so most specific, CN. */
static struct str
common_name(const X509_NAME *subject)
{
	int at = -1, next;
	const ASN1_STRING *s;

	while ((next = X509_NAME_get_index_by_NID(
		    (X509_NAME *)subject, NID_commonName, at)) >= 0)
		at = next;
	if (at < 0)
		return STR_EMPTY;
	s = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
	return (struct str){ (const char *)ASN1_STRING_get0_data(s),
		(size_t)ASN1_STRING_length(s) };
}

static enum err
add_san(STACK_OF(X509_EXTENSION) **out, const struct pki_request *r,
    const X509_NAME *subject, enum pki_san san)
{
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	enum err err = names == NULL ? pki_fail(ERR_NOMEM) : ERR_OK;

	if (!err && r->fqdn != NULL)
		err = push_host(names, str_of(r->fqdn));
	if (!err && san == PKI_SAN_ALL)
		err = push_host(names, common_name(subject));
	if (!err && san == PKI_SAN_ALL)
		err = push_host(names, str_of(r->ip));
	if (!err && r->email != NULL)
		err = push_name(names, GEN_EMAIL, r->email, strlen(r->email));
	if (!err && sk_GENERAL_NAME_num(names) != 0)
		err = add_ext(out, NID_subject_alt_name, names, 0);
	GENERAL_NAMES_free(names);
	return err;
}

enum err
pki_request_extensions(STACK_OF(X509_EXTENSION) **out,
    const struct pki_request *r, const X509_NAME *subject, enum pki_san san)
{
	enum err err = add_key_usage(out, r->key);

	if (!err)
		err = add_purposes(out);
	if (!err)
		err = add_san(out, r, subject, san);
	return err;
}
