/* SPDX-License-Identifier: BSD-2-Clause */
/* Our own identity as a partner will see it: see cred.h. */
#include "tls/cred.h"

#include "base/buf.h"
#include "base/mem.h"
#include "tls/chain.h"
#include "tls/name.h"

#include <openssl/x509v3.h>
#include <time.h>

enum { SOON_DAYS = 30 };

static bool
judge_names(const struct tls_cred *c, const char *fqdn, struct buf *out)
{
	struct tls_names n;
	char text[256];
	bool cn, san, ok = false;

	if (tls_names_init(&n, c->cert) != ERR_OK) {
		buf_printf(out, "error: trustpoint %s: out of memory\n",
		    c->name);
		tls_names_fini(&n);
		return false;
	}
	cn = tls_names_cover(&n, fqdn, TLS_CN, TLS_WILDCARD_NEVER);
	san = !n.has_san ||
	    tls_names_cover(&n, fqdn, TLS_SAN, TLS_WILDCARD_NEVER);
	ok = cn && san;
	if (!ok)
		buf_printf(out,
		    "error: trustpoint %s: the %s of its certificate is not "
		    "%s (seen: %s); set '%s' and type 'crypto ca enroll %s'\n",
		    c->name, cn ? "subjectAltName" : "CN", fqdn,
		    tls_names_text(&n, text, sizeof(text)),
		    cn ? "fqdn" : "subject-name CN=", c->name);
	tls_names_fini(&n);
	return ok;
}

static bool
judge_dates(const struct tls_cred *c, struct buf *out)
{
	const ASN1_TIME *until = X509_get0_notAfter(c->cert);
	time_t now = time(NULL), soon = now + SOON_DAYS * 86400L;

	if (X509_cmp_time(X509_get0_notBefore(c->cert), &now) >= 0) {
		buf_printf(out, "error: trustpoint %s: its certificate is not "
				"valid yet; check the clock\n", c->name);
		return false;
	}
	if (X509_cmp_time(until, &now) <= 0) {
		buf_printf(out, "error: trustpoint %s: its certificate has "
				"expired; type 'crypto ca enroll %s'\n",
		    c->name, c->name);
		return false;
	}
	if (X509_cmp_time(until, &soon) <= 0)
		buf_printf(out, "warning: trustpoint %s: its certificate "
				"expires within %d days; type 'crypto ca "
				"enroll %s'\n", c->name, SOON_DAYS, c->name);
	return true;
}

static void
judge_ekus(const struct tls_cred *c, struct buf *out)
{
	static const struct {
		int bit;
		const char *name;
	} rows[] = {
		{ TLS_EKU_CLIENT, "clientAuth" },
		{ TLS_EKU_SERVER, "serverAuth" },
	};
	int have = tls_verdict_ekus(c->cert);
	size_t i;

	for (i = 0; i < countof(rows); i++)
		if (have < 0 || (have & rows[i].bit) == 0)
			buf_printf(out,
			    "warning: trustpoint %s: its certificate lacks the "
			    "EKU %s, which many partners demand; ask the CA "
			    "for a template with both, or use 'identity "
			    "server|client trust-point'\n",
			    c->name, rows[i].name);
}

enum err
tls_cred_judge(const struct tls_cred *c, const char *fqdn, struct buf *out)
{
	bool ok = judge_dates(c, out);
	char why[80];

	if (fqdn != NULL && !judge_names(c, fqdn, out))
		ok = false;
	judge_ekus(c, out);
	if (!c->rooted)
		buf_printf(out,
		    "warning: trustpoint %s: the chain to send does not reach "
		    "a root; import the missing CA certificates with 'crypto "
		    "ca authenticate'\n", c->name);
	if (tls_verdict_weak(c->cert,
		c->rooted && sk_X509_num(c->chain) == 0 &&
			X509_self_signed(c->cert, 0) == 1
		    ? TLS_PLACE_ANCHOR : TLS_PLACE_CHAIN,
		why, sizeof(why)))
		buf_printf(out,
		    "warning: trustpoint %s: %s; generate a stronger key pair "
		    "and enrol again\n", c->name, why);
	return ok ? ERR_OK : ERR_CERT_OWN;
}
