/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crypto ca enroll (asa.md 1.7): a self-signed certificate, or a request to
 * carry to a CA. Nothing is stored before the last question but one, and what
 * the certificate will say is fixed when the dialogue begins.
 */
#include "config.h"

#include "control/crypto_common.h"

#include "base/file.h"
#include "base/mem.h"

#include <string.h>
#include <strings.h>

struct enrolment {
	struct dialogue d;
	enum conf_enrollment method;
	char *name, *subject, *fqdn, *ip, *email;
	char *serial;          /* of the device; NULL: it has none */
	enum { SERIAL_ASK, SERIAL_CONFIGURED } serial_policy;
	enum answer with_serial;
	bool fqdn_differs, enrolled;
	EVP_PKEY *key;
	struct buf csr;
};

static void
enrolment_free(struct dialogue *d)
{
	struct enrolment *e = (struct enrolment *)d;

	mem_free(e->name);
	mem_free(e->subject);
	mem_free(e->fqdn);
	mem_free(e->ip);
	mem_free(e->email);
	mem_free(e->serial);
	EVP_PKEY_free(e->key);
	buf_fini(&e->csr);
	mem_free(e);
}

/* --- when --- */

static bool
is_terminal(const struct dialogue *d)
{
	return ((const struct enrolment *)d)->method == CONF_ENROLL_TERMINAL;
}

static bool
is_self(const struct dialogue *d)
{
	return ((const struct enrolment *)d)->method == CONF_ENROLL_SELF;
}

static bool
is_doubtful(const struct dialogue *d)
{
	const struct enrolment *e = (const struct enrolment *)d;

	return e->fqdn_differs || e->enrolled;
}

static bool
asks_serial(const struct dialogue *d)
{
	return ((const struct enrolment *)d)->serial_policy == SERIAL_ASK;
}

static bool
has_csr(const struct dialogue *d)
{
	return buf_len(&((const struct enrolment *)d)->csr) != 0;
}

/* --- say --- */

static enum step_next
say_doubts(struct dialogue *d)
{
	struct enrolment *e = (struct enrolment *)d;

	if (e->fqdn_differs)
		buf_puts(dialogue_out(d),
		    "%WARNING: The certificate enrollment is configured with "
		    "an fqdn\nthat differs from the system fqdn. If this "
		    "certificate will be\nused for VPN authentication this "
		    "may cause connection problems.\n\n");
	if (e->enrolled)
		buf_printf(dialogue_out(d),
		    "WARNING: Trustpoint %s has already enrolled and has\na "
		    "device cert issued to it.\nIf you successfully re-enroll "
		    "this trustpoint, the current\ncertificate will be "
		    "replaced.\n\n", e->name);
	return STEP_NEXT;
}

static enum step_next
say_contents(struct dialogue *d)
{
	struct enrolment *e = (struct enrolment *)d;

	if (is_terminal(d))
		buf_printf(dialogue_out(d),
		    "%% Start certificate enrollment .. \n"
		    "%% The subject name in the certificate will be: %s\n\n",
		    e->subject);
	crypto_say_fqdn(dialogue_out(d), e->fqdn);
	buf_puts(dialogue_out(d), "\n");
	return STEP_NEXT;
}

static enum step_next
say_ip(struct dialogue *d)
{
	struct enrolment *e = (struct enrolment *)d;

	if (e->with_serial == ANSWER_YES && e->serial == NULL)
		buf_puts(dialogue_out(d), "% This device has no serial number "
		    "to include\n");
	else if (e->with_serial == ANSWER_YES)
		buf_printf(dialogue_out(d), "%% The serial number in the "
		    "certificate will be: %s\n", e->serial);
	if (e->ip != NULL)
		buf_printf(dialogue_out(d),
		    "%% The IP address in the certificate is %s\n", e->ip);
	return STEP_NEXT;
}

/* --- work --- */

static enum step_next
take_serial(struct dialogue *d, enum answer a)
{
	((struct enrolment *)d)->with_serial = a;
	return STEP_NEXT;
}

static struct pki_request
request_of(const struct enrolment *e)
{
	return (struct pki_request){ .subject = e->subject, .fqdn = e->fqdn,
		.ip = e->ip, .email = e->email, .key = e->key,
		.serial = e->with_serial == ANSWER_YES ? e->serial : NULL };
}

static enum step_next
failed(struct dialogue *d, const char *what, enum err err)
{
	struct enrolment *e = (struct enrolment *)d;

	if (err == ERR_CONF_VALUE)
		conf_session_error(d->s, "%s: the subject name \"%s\" or the "
		    "fqdn or ip-address of trustpoint %s cannot be used",
		    what, e->subject, e->name);
	else
		conf_session_error(d->s, "%s: %s", what, err_text(err));
	return STEP_STOP;
}

static enum step_next
make_self(struct dialogue *d)
{
	struct enrolment *e = (struct enrolment *)d;
	struct pki_request r = request_of(e);
	struct pki_material m = { 0 };
	X509 *cert = NULL;
	enum err err = pki_self_sign(&cert, &r);

	if (err)
		return failed(d, "The certificate cannot be made", err);
	err = crypto_material(d->s, e->name, &m);
	if (!err) {
		X509_free(m.identity);
		m.identity = cert;
		mem_free(m.csr);
		m.csr = NULL;
		err = crypto_install(d->s, e->name, &m);
		pki_material_fini(&m);
	} else {
		X509_free(cert);
	}
	return STEP_STOP;
}

/* Kept with the trustpoint from now on: the answer may take days. */
static enum step_next
make_csr(struct dialogue *d)
{
	struct enrolment *e = (struct enrolment *)d;
	struct pki_request r = request_of(e);
	struct pki_material m = { 0 };
	enum err err = pki_csr_pem(&e->csr, &r);

	if (err)
		return failed(d, "The request cannot be made", err);
	err = crypto_material(d->s, e->name, &m);
	if (err)
		return STEP_STOP;
	mem_free(m.csr);
	m.csr = str_dup(buf_str(&e->csr));
	if (m.csr == NULL)
		failed(d, "The request cannot be kept", err = ERR_NOMEM);
	else
		err = crypto_install(d->s, e->name, &m);
	pki_material_fini(&m);
	return err ? STEP_STOP : STEP_NEXT;
}

static enum step_next
show_csr(struct dialogue *d)
{
	struct enrolment *e = (struct enrolment *)d;

	buf_puts(dialogue_out(d), "Certificate Request follows:\n");
	buf_add_str(dialogue_out(d), buf_str(&e->csr));
	buf_puts(dialogue_out(d), "\n");
	return STEP_NEXT;
}

static enum step_next
take_display(struct dialogue *d, enum answer a)
{
	enum step_next next = make_csr(d);

	if (next != STEP_NEXT || a == ANSWER_NO)
		return STEP_STOP;
	return show_csr(d);
}

static enum step_next
take_redisplay(struct dialogue *d, enum answer a)
{
	if (a == ANSWER_NO)
		return STEP_STOP;
	show_csr(d);
	return STEP_AGAIN;
}

static const struct step steps[] = {
	{ .when = is_doubtful, .say = say_doubts,
	  .question = "Would you like to continue with this enrollment? "
		      "[yes/no]: ",
	  .unasked = ANSWER_YES },
	{ .say = say_contents },
	{ .when = asks_serial, .answered = take_serial,
	  .question = "% Include the device serial number in the subject "
		      "name? [yes/no]: ",
	  .unasked = ANSWER_NO },
	{ .say = say_ip },
	{ .when = is_self, .unasked = ANSWER_YES,
	  .question = "Generate Self-Signed Certificate? [yes/no]: " },
	{ .when = is_self, .say = make_self },
	{ .when = is_terminal, .answered = take_display,
	  .question = "Display Certificate Request to terminal? [yes/no]: ",
	  .unasked = ANSWER_YES },
	{ .when = has_csr, .answered = take_redisplay,
	  .question = "Redisplay enrollment request? [yes/no]: ",
	  .unasked = ANSWER_NO },
};

/* --- the beginning --- */

/* Half of the machine-id tells machines apart; all of it is confidential. */
static char *
device_serial(void)
{
	enum { DIGITS = 16 };
	char *text = NULL, *serial = NULL;
	size_t n = 0;

	if (file_read(&text, &n, "/etc/machine-id", 4096) != ERR_OK)
		return NULL;
	if (strspn(text, "0123456789abcdef") >= DIGITS)
		serial = mem_strndup(text, DIGITS);
	mem_free(text);
	return serial;
}

static bool
differs_from_system(const struct conf *c, const struct conf_trustpoint *tp)
{
	char *system = crypto_system_fqdn(c);
	bool differs = tp->fqdn != NULL && strcmp(tp->fqdn, "none") != 0 &&
	    (system == NULL || strcasecmp(tp->fqdn, system) != 0);

	mem_free(system);
	return differs;
}

static bool
copy(char **dst, const char *src)
{
	return src == NULL || (*dst = mem_strdup(src)) != NULL;
}

static enum err
fill(struct enrolment *e, const struct conf *c,
    const struct conf_trustpoint *tp)
{
	e->method = tp->enrollment;
	e->fqdn = crypto_fqdn(c, tp);
	e->fqdn_differs = differs_from_system(c, tp);
	e->serial = device_serial();
	if (tp->serial_number) {
		e->serial_policy = SERIAL_CONFIGURED;
		e->with_serial = ANSWER_YES;
	}
	if (tp->subject_name == NULL && e->fqdn != NULL)
		e->subject = mem_printf("CN=%s", e->fqdn);
	return copy(&e->name, tp->name) && copy(&e->ip, tp->ip_address) &&
		copy(&e->email, tp->email) &&
		copy(&e->subject, tp->subject_name) ? ERR_OK : ERR_NOMEM;
}

/* An error, printed, for what cannot be enrolled. */
static enum err
check_method(struct conf_session *s, const struct conf_trustpoint *tp)
{
	switch (tp->enrollment) {
	case CONF_ENROLL_SELF:
	case CONF_ENROLL_TERMINAL:
		return ERR_OK;
	case CONF_ENROLL_URL:
		conf_session_error(s, "SCEP (enrollment url) is not available "
		    "in this version. Type 'enrollment terminal' in trustpoint "
		    "%s, then 'crypto ca enroll %s': it prints a request to "
		    "carry to the CA", tp->name, tp->name);
		break;
	case CONF_ENROLL_NONE:
		conf_session_error(s, "Trustpoint %s has no enrollment method. "
		    "Type 'enrollment self' or 'enrollment terminal' in it",
		    tp->name);
		break;
	}
	return ERR_WRONG_STATE;
}

static enum err
begin(struct enrolment *e, const struct conf_trustpoint *tp)
{
	struct conf_session *s = e->d.s;
	struct pki_material m = { 0 };
	enum err err = fill(e, conf_session_conf(s), tp);

	if (err) {
		conf_session_error(s, "%s", err_text(err));
		return err;
	}
	if (e->subject == NULL) {
		conf_session_error(s, "Trustpoint %s has neither subject-name "
		    "nor fqdn, and there is no domain-name to make one of",
		    tp->name);
		return ERR_WRONG_STATE;
	}
	err = crypto_key(s, tp, &e->key);
	if (!err)
		err = crypto_material(s, tp->name, &m);
	e->enrolled = m.identity != NULL;
	pki_material_fini(&m);
	return err;
}

enum err
crypto_enroll(struct conf_session *s, const char *name,
    const struct crypto_how *how)
{
	const struct conf_trustpoint *tp = crypto_trustpoint(s, name);
	struct enrolment *e;

	if (tp == NULL || check_method(s, tp) != ERR_OK)
		return ERR_OK;
	e = mem_new(struct enrolment);
	if (e == NULL)
		return ERR_NOMEM;
	e->d = (struct dialogue){ .s = s, .steps = steps,
		.n_steps = countof(steps), .free = enrolment_free,
		.mode = how->unattended ? DIALOGUE_UNATTENDED
					: DIALOGUE_ASKING };
	buf_init(&e->csr, 64 << 10);
	if (begin(e, tp) == ERR_OK)
		dialogue_run(&e->d);
	else
		enrolment_free(&e->d);
	return ERR_OK;
}
