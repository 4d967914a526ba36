/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subject-name as one types it on the ASA. The leftmost attribute is the most
 * specific one, so the name is built from right to left.
 */
#include "tls/pki/subject.h"

#include "base/mem.h"
#include "tls/pki/pki.h"
#include "tls/pki/text.h"

#include <openssl/x509.h>
#include <string.h>

/* For display the first row of a NID counts. */
static const struct attr {
	const char *name;
	int nid;
	bool typed; /* may be written in subject-name */
} attrs[] = {
	{ "cn", NID_commonName, true },
	{ "ou", NID_organizationalUnitName, true },
	{ "o", NID_organizationName, true },
	{ "c", NID_countryName, true },
	{ "st", NID_stateOrProvinceName, true },
	{ "s", NID_stateOrProvinceName, true },
	{ "sp", NID_stateOrProvinceName, true },
	{ "l", NID_localityName, true },
	{ "dc", NID_domainComponent, true },
	{ "e", NID_pkcs9_emailAddress, true },
	{ "ea", NID_pkcs9_emailAddress, true },
	{ "email", NID_pkcs9_emailAddress, true },
	{ "emailAddress", NID_pkcs9_emailAddress, true },
	{ "t", NID_title, true },
	{ "title", NID_title, true },
	{ "street", NID_streetAddress, true },
	{ "serialNumber", NID_serialNumber, true },
	{ "hostname", NID_pkcs9_unstructuredName, false },
	{ "ipaddress", NID_pkcs9_unstructuredAddress, false },
};

const char *
pki_attr_name(int nid)
{
	size_t i;

	for (i = 0; i < countof(attrs); i++)
		if (attrs[i].nid == nid)
			return attrs[i].name;
	return NULL;
}

static bool
host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool
pki_host_ok(struct str s)
{
	bool digits_only = true;
	struct str label;
	size_t i;

	if (s.n == 0 || s.n > 253 || s.p[s.n - 1] == '.')
		return false;
	while (s.n != 0) {
		label = str_split(&s, '.');
		if (label.n == 0 || label.n > 63 || label.p[0] == '-')
			return false;
		digits_only = true;
		for (i = 0; i < label.n; i++) {
			if (!host_char(label.p[i]))
				return false;
			if (label.p[i] < '0' || label.p[i] > '9')
				digits_only = false;
		}
	}
	return !digits_only; /* no top-level domain is a number */
}

static int
hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at;

	if (c >= 'A' && c <= 'F')
		c = (char)(c - 'A' + 'a');
	at = c != '\0' ? strchr(digits, c) : NULL;
	return at == NULL ? -1 : (int)(at - digits);
}

/* What follows a backslash: two hex digits, or a character that is special. */
static enum err
take_escape(struct str *in, char *c)
{
	int hi = in->n > 0 ? hex_value(in->p[0]) : -1;
	int lo = in->n > 1 ? hex_value(in->p[1]) : -1;

	if (hi >= 0 && lo >= 0) {
		*c = (char)(hi << 4 | lo);
		*in = str_from(*in, 2);
		return ERR_OK;
	}
	if (in->n == 0 || host_char(in->p[0]))
		return ERR_CONF_VALUE;
	*c = in->p[0];
	*in = str_from(*in, 1);
	return ERR_OK;
}

/* One attribute's value, at most as long as the whole text. */
struct value {
	char p[PKI_SUBJECT_MOST];
	size_t n;
};

/* The opening quote is gone; take up to the closing one and blanks. */
static enum err
take_quoted(struct str *in, struct value *v)
{
	enum err err = ERR_OK;
	char c = '\0';

	while (!err && in->n != 0 && (c = in->p[0]) != '"') {
		*in = str_from(*in, 1);
		if (c == '\\')
			err = take_escape(in, &c);
		v->p[v->n++] = c;
	}
	if (err || in->n == 0)
		return ERR_CONF_VALUE;
	*in = str_trim(str_from(*in, 1));
	return in->n == 0 || in->p[0] == ',' ? ERR_OK : ERR_CONF_VALUE;
}

static enum err
take_plain(struct str *in, struct value *v)
{
	size_t keep = 0; /* behind it only unescaped blanks */
	enum err err = ERR_OK;

	while (!err && in->n != 0 && in->p[0] != ',') {
		char c = in->p[0];
		bool escaped = c == '\\';

		if (c == '"')
			return ERR_CONF_VALUE;
		*in = str_from(*in, 1);
		if (escaped)
			err = take_escape(in, &c);
		v->p[v->n++] = c;
		if (c != ' ' || escaped)
			keep = v->n;
	}
	v->n = keep;
	return err;
}

static const struct attr *
find_attr(struct str name)
{
	size_t i;

	for (i = 0; i < countof(attrs); i++)
		if (attrs[i].typed && str_is(name, attrs[i].name))
			return &attrs[i];
	return NULL;
}

static bool
value_ok(const struct value *v)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		if ((unsigned char)v->p[i] < 0x20 || v->p[i] == 0x7f)
			return false;
	return v->n != 0;
}

/* "attr=value" off the front of *in, to the front of the name. */
static enum err
take_rdn(X509_NAME *name, struct str *in)
{
	const struct attr *attr;
	struct value v = { .n = 0 };
	ssize_t eq = str_find(*in, '=', 0);
	enum err err;

	if (eq < 0)
		return ERR_CONF_VALUE;
	attr = find_attr(str_trim(str_sub(*in, 0, (size_t)eq)));
	if (attr == NULL)
		return ERR_CONF_VALUE;
	*in = str_trim(str_from(*in, (size_t)eq + 1));
	if (in->n != 0 && in->p[0] == '"') {
		*in = str_from(*in, 1);
		err = take_quoted(in, &v);
	} else {
		err = take_plain(in, &v);
	}
	if (err)
		return err;
	if (!value_ok(&v))
		return ERR_CONF_VALUE;
	/* OpenSSL's string table checks the length and the alphabet. */
	if (!X509_NAME_add_entry_by_NID(name, attr->nid, MBSTRING_UTF8,
		(unsigned char *)v.p, (int)v.n, 0, 0))
		return pki_fail(ERR_CONF_VALUE);
	return ERR_OK;
}

enum err
pki_subject_parse(X509_NAME **out, const char *text)
{
	struct str in = str_of(text);
	X509_NAME *name;
	enum err err;

	if (in.n > PKI_SUBJECT_MOST)
		return ERR_CONF_VALUE;
	name = X509_NAME_new();
	if (name == NULL)
		return pki_fail(ERR_NOMEM);
	for (;;) {
		err = take_rdn(name, &in);
		if (err || in.n == 0)
			break;
		in = str_from(in, 1); /* the comma; another must follow */
	}
	if (err) {
		X509_NAME_free(name);
		return err;
	}
	*out = name;
	return ERR_OK;
}
