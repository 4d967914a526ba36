/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The block of 'show crypto ca certificates'. Text out of a certificate is
 * somebody else's: escaped and cut before it reaches a terminal.
 */
#include "tls/pki/pki.h"

#include "base/mem.h"
#include "tls/pki/subject.h"
#include "tls/pki/text.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

enum { SHOWN = 512 }; /* bytes of one value on the terminal */

static void
show_text(struct buf *out, const char *lead, const ASN1_STRING *s)
{
	unsigned char *utf8 = NULL;
	int n = ASN1_STRING_to_UTF8(&utf8, s);
	char shown[SHOWN];

	if (n < 0)
		str_copy(shown, sizeof(shown), STR("(not readable)"));
	else
		str_escape(shown, sizeof(shown),
		    (struct str){ (char *)utf8, (size_t)n });
	OPENSSL_free(utf8);
	(void)buf_printf(out, "%s%s\n", lead, shown);
}

/* Most specific first, which is the reverse of the encoding. */
static void
show_name(struct buf *out, const char *title, const X509_NAME *name)
{
	int i = X509_NAME_entry_count(name);

	(void)buf_printf(out, "  %s:\n", title);
	while (i-- > 0) {
		const X509_NAME_ENTRY *e = X509_NAME_get_entry(name, i);
		const ASN1_OBJECT *obj = X509_NAME_ENTRY_get_object(e);
		const char *attr = pki_attr_name(OBJ_obj2nid(obj));
		char oid[96], lead[128];

		OBJ_obj2txt(oid, sizeof(oid), obj, 1);
		snprintf(lead, sizeof(lead), "    %s=",
		    attr != NULL ? attr : oid);
		show_text(out, lead, X509_NAME_ENTRY_get_data(e));
	}
}

static const char *
usage_of(X509 *c)
{
	uint32_t ku = X509_get_key_usage(c); /* all bits without extension */
	bool enciphers = (ku & (KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT)) != 0;
	bool signs = (ku & (KU_DIGITAL_SIGNATURE | KU_KEY_CERT_SIGN)) != 0;

	if (enciphers)
		return signs ? "General Purpose" : "Encryption";
	return "Signature";
}

static const char *
key_name(const EVP_PKEY *key)
{
	int kind = EVP_PKEY_get_base_id(key);

	if (kind == EVP_PKEY_RSA)
		return "RSA";
	return kind == EVP_PKEY_EC ? "ECDSA" : OBJ_nid2sn(kind);
}

static void
show_algorithms(struct buf *out, X509 *c)
{
	int sig = X509_get_signature_nid(c), md = NID_undef, pk = NID_undef;
	const EVP_PKEY *key = X509_get0_pubkey(c);

	if (key == NULL)
		(void)buf_puts(out, "  Public Key Type: unknown\n");
	else
		(void)buf_printf(out, "  Public Key Type: %s (%d bits)\n",
		    key_name(key), EVP_PKEY_get_bits(key));
	if (!OBJ_find_sigid_algs(sig, &md, &pk) || md == NID_undef)
		(void)buf_printf(out, "  Signature Algorithm: %s\n",
		    OBJ_nid2ln(sig));
	else
		(void)buf_printf(out,
		    "  Signature Algorithm: %s with %s\n", OBJ_nid2sn(md),
		    pk == NID_rsaEncryption ? "RSA Encryption" : "ECDSA");
}

static void
show_ocsp(struct buf *out, X509 *c)
{
	STACK_OF(OPENSSL_STRING) *urls = X509_get1_ocsp(c);
	char shown[SHOWN];
	int i;

	if (sk_OPENSSL_STRING_num(urls) > 0)
		(void)buf_puts(out, "  OCSP AIA:\n");
	for (i = 0; i < sk_OPENSSL_STRING_num(urls); i++) {
		str_escape(shown, sizeof(shown),
		    str_of(sk_OPENSSL_STRING_value(urls, i)));
		(void)buf_printf(out, "    URL: %s\n", shown);
	}
	X509_email_free(urls);
}

/* The URIs of one point, numbered on from *count. */
static void
show_point(struct buf *out, const DIST_POINT *point, int *count)
{
	const DIST_POINT_NAME *name = point->distpoint;
	int i;

	if (name == NULL || name->type != 0)
		return;
	for (i = 0; i < sk_GENERAL_NAME_num(name->name.fullname); i++) {
		int type;
		char lead[32];
		const ASN1_STRING *s = GENERAL_NAME_get0_value(
		    sk_GENERAL_NAME_value(name->name.fullname, i), &type);

		if (type != GEN_URI)
			continue;
		if (*count == 0)
			(void)buf_puts(out, "  CRL Distribution Points:\n");
		snprintf(lead, sizeof(lead), "    [%d]  ", ++*count);
		show_text(out, lead, s);
	}
}

static void
show_crl(struct buf *out, X509 *c)
{
	CRL_DIST_POINTS *points =
	    X509_get_ext_d2i(c, NID_crl_distribution_points, NULL, NULL);
	int count = 0, i;

	for (i = 0; i < sk_DIST_POINT_num(points); i++)
		show_point(out, sk_DIST_POINT_value(points, i), &count);
	CRL_DIST_POINTS_free(points);
}

static void
show_date(struct buf *out, const char *title, const ASN1_TIME *t)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm tm;

	if (!ASN1_TIME_to_tm(t, &tm) || tm.tm_mon < 0 || tm.tm_mon > 11) {
		(void)buf_printf(out, "    %s: (not readable)\n", title);
		return;
	}
	(void)buf_printf(out, "    %s: %02d:%02d:%02d GMT %s %d %d\n", title,
	    tm.tm_hour, tm.tm_min, tm.tm_sec, months[tm.tm_mon], tm.tm_mday,
	    tm.tm_year + 1900);
}

static void
show_validity(struct buf *out, X509 *c)
{
	int days = 0, seconds = 0;

	(void)buf_puts(out, "  Validity Date:\n");
	show_date(out, "start date", X509_get0_notBefore(c));
	show_date(out, "end   date", X509_get0_notAfter(c));
	if (!ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(c)))
		return;
	if (days < 0 || seconds < 0)
		(void)buf_printf(out, "    expired  : %d days ago\n", -days);
	else
		(void)buf_printf(out, "    days left : %d\n", days);
}

enum err
pki_cert_show(struct buf *out, X509 *c, bool ca, const char *tps)
{
	char serial[96], shown[SHOWN];
	enum err err;

	ERR_clear_error();
	pki_serial(serial, sizeof(serial), c);
	(void)buf_puts(out, ca ? "CA Certificate\n" : "Certificate\n");
	(void)buf_puts(out, "  Status: Available\n");
	(void)buf_printf(out, "  Certificate Serial Number: %s\n", serial);
	(void)buf_printf(out, "  Certificate Usage: %s\n", usage_of(c));
	show_algorithms(out, c);
	show_name(out, "Issuer Name", X509_get_issuer_name(c));
	show_name(out, "Subject Name", X509_get_subject_name(c));
	show_ocsp(out, c);
	show_crl(out, c);
	show_validity(out, c);
	str_escape(shown, sizeof(shown), str_of(tps));
	(void)buf_printf(out, "  Associated Trustpoints: %s\n", shown);
	/* What cannot be read is shown as such, unless memory ran out. */
	err = pki_fail(ERR_OK);
	return err ? err : buf_error(out);
}
