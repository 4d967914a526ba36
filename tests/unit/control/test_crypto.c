/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The crypto commands as an operator types them: whole dialogues through
 * conf_session_line() over a store in a temporary folder, with a CA that the
 * openssl command plays.
 */
#include "config.h"

#include "base/file.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "control/crypto.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/crypto-test-XXXXXX";
static struct conf *conf;
static struct conf_session *session;
static struct control_crypto crypto;
static unsigned changes;
static char logged[4096];

/* --- the rig --- */

static struct conf *
on_conf(void *arg)
{
	return conf;
}

static void
on_wake(struct conf_session *s, void *arg)
{
	loop_stop();
}

static void
on_changed(const char *trustpoint, void *arg)
{
	changes++;
}

static void
on_line(enum log_level level, const char *line, void *arg)
{
	str_copy(logged, sizeof(logged), str_of(line));
}

static const struct conf_session_ops ops = {
	.conf = on_conf,
	.wake = on_wake,
};

/* One line; waits for a job. Returns the output and the prompt after it. */
static const char *
type(const char *line)
{
	static char shown[1 << 17];
	struct buf *out = conf_session_out(session);

	buf_clear(out);
	conf_session_line(session, line);
	if (conf_session_want(session) == CONF_WANT_NOTHING)
		loop_run();
	loop_reap();
	snprintf(shown, sizeof(shown), "%.*s%s", STR_FMT(buf_str(out)),
	    conf_session_want(session) == CONF_WANT_COMMAND
		? "" : conf_session_prompt(session));
	return shown;
}

/* A file's lines, then quit; what was shown after it. */
static const char *
paste(const char *file)
{
	char *text = NULL;
	size_t n = 0;
	struct str rest;

	assert_int_equal(conf_session_want(session), CONF_WANT_PASTE);
	assert_int_equal(file_read(&text, &n, file, 1 << 20), ERR_OK);
	rest = (struct str){ text, n };
	while (rest.n != 0) {
		char *line = str_dup(str_split(&rest, '\n'));

		type(line);
		mem_free(line);
	}
	mem_free(text);
	return type("quit");
}

/*
 * A dialogue: "@file" pastes. Each output must contain `expect`; with a
 * leading "!" it must not. NULL: whatever.
 */
struct turn {
	const char *in, *expect;
};

static void
play(const struct turn *turns)
{
	for (; turns->in != NULL; turns++) {
		const char *shown = turns->in[0] == '@' ? paste(turns->in + 1)
							: type(turns->in);
		const char *expect = turns->expect;
		bool ok = expect == NULL ||
		    (expect[0] == '!' ? strstr(shown, expect + 1) == NULL
				      : strstr(shown, expect) != NULL);

		if (!ok)
			fail_msg("%s\n--- expected: %s\n--- shown:\n%s",
			    turns->in, expect, shown);
	}
}

static void
run(const char *cmd)
{
	char *quiet = mem_printf("(%s) >out.txt 2>&1", cmd);

	if (system(quiet) != 0)
		fail_msg("%s: see out.txt in %s", cmd, folder);
	mem_free(quiet);
}

/* From the first line that begins with `from` to the one with `to`. */
static void
save(const char *file, const char *shown, const char *from, const char *to)
{
	const char *p = strstr(shown, from), *end;

	assert_non_null(p);
	end = strstr(p, to);
	assert_non_null(end);
	end += strlen(to);
	assert_int_equal(file_replace(file, p, (size_t)(end - p), 0600),
	    ERR_OK);
	assert_int_equal(truncate(file, end - p), 0);
}

static int
setup(void **state)
{
	conf = NULL;
	changes = 0;
	logged[0] = '\0';
	if (system("rm -rf state && mkdir state") != 0 ||
	    loop_init() != ERR_OK || conf_new(&conf) != ERR_OK ||
	    pki_store_open(&crypto.store, "state") != ERR_OK ||
	    conf_session_new(&session, &ops, NULL) != ERR_OK)
		return 1;
	crypto.material_changed = on_changed;
	control_crypto_init(&crypto);
	type("enable");
	type("configure terminal");
	type("hostname edge1");
	type("domain-name example.com");
	return 0;
}

static int
teardown(void **state)
{
	control_crypto_session_ended(session);
	conf_session_free(session);
	session = NULL;
	pki_store_close(crypto.store);
	conf_free(conf);
	loop_fini();
	return 0;
}

#define MAKE_CA(name, subject)                                                 \
	run("openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '"       \
	    subject "' -keyout " name ".key -out " name ".pem")

/* --- the seed's inside procedure, steps 2 to 18 --- */

static void
test_inside(void **state)
{
	static const struct turn one[] = {
		{ "crypto key generate rsa label cup_proxy_key modulus 2048",
		  "INFO: The name for the keys will be: cup_proxy_key\n"
		  "Keypair generation process begin. Please wait...\n" },
		{ "crypto ca trustpoint cup_proxy", "" },
		{ "enrollment self", "" }, { "fqdn none", "" },
		{ "subject-name cn=10.0.0.1", "" },
		{ "keypair cup_proxy_key", "" },
		/* typed in the sub-mode, as the guide does */
		{ "crypto ca enroll cup_proxy",
		  "% The fully-qualified domain name will not be included in "
		  "the certificate\n\n% Include the device serial number in "
		  "the subject name? [yes/no]: " },
		{ "perhaps", "% Please answer 'yes' or 'no'.\n% Include" },
		{ "", "% Please answer 'yes' or 'no'.\n% Include" },
		{ "no", "Generate Self-Signed Certificate? [yes/no]: " },
		{ "yes", "" },
		{ NULL, NULL } };
	static const struct turn two[] = {
		{ "crypto ca trustpoint cert_from_cup", "" },
		{ "enrollment terminal", "" }, { "no ca-check", "" },
		{ "crypto ca authenticate cert_from_cup",
		  "Enter the base 64 encoded CA certificate.\n"
		  "End with the word \"quit\" on a line by itself\n" },
		{ "@cup.pem", "Do you accept this certificate? [yes/no]: " },
		{ "y", "Trustpoint CA certificate accepted.\n\n"
		       "% Certificate successfully imported\n" },
		{ "show crypto ca certificate", "cup_proxy" },
		{ "show crypto ca certificates cert_from_cup", "!cup_proxy" },
		{ NULL, NULL } };

	play(one);
	save("asa.pem", type("crypto ca export cup_proxy identity-certificate"),
	    "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----\n");
	run("openssl x509 -in asa.pem -noout -text | "
	    "grep -q 'IP Address:10.0.0.1'");
	run("openssl verify -CAfile asa.pem asa.pem");
	run("openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "
	    "/CN=cup1 -addext basicConstraints=CA:FALSE "
	    "-keyout cup.key -out cup.pem");
	play(two);
	assert_true(changes >= 3);
}

/* --- enrolment at a CA --- */

static const struct turn make_fed[] = {
	{ "crypto key generate rsa label fed_key noconfirm", "wait..." },
	{ "crypto ca trustpoint fed", "" },
	{ "enrollment terminal", "" }, { "fqdn fed.example.com", "" },
	{ "subject-name CN=fed.example.com,O=\"Example, Inc.\",C=US", "" },
	{ "keypair fed_key", "" }, { "ip-address 192.0.2.10", "" },
	{ NULL, NULL } };

static void
enroll_fed(void)
{
	static const struct turn ask[] = {
		{ "crypto ca enroll fed",
		  "%WARNING: The certificate enrollment is configured with an "
		  "fqdn" },
		{ "y", "% Start certificate enrollment .. \n% The subject "
		       "name in the certificate will be: CN=fed" },
		{ "no", "% The IP address in the certificate is 192.0.2.10\n"
			"Display Certificate Request to terminal? [yes/no]: " },
		{ NULL, NULL } };

	play(ask);
	save("fed.csr", type("yes"), "-----BEGIN CERTIFICATE REQUEST-----",
	    "-----END CERTIFICATE REQUEST-----\n");
	assert_non_null(strstr(type("yes"), "Redisplay enrollment request?"));
	assert_string_equal(type("no"), "");
}

static void
sign_fed(const char *ca)
{
	char *cmd = mem_printf("openssl x509 -req -in fed.csr -CA %s.pem "
	    "-CAkey %s.key -set_serial 77 -days 20 -out fed.pem", ca, ca);

	run(cmd);
	mem_free(cmd);
}

static void
test_terminal(void **state)
{
	static const struct turn authenticate[] = {
		{ "crypto ca authenticate fed", NULL },
		{ "@ca.pem", "Fingerprint:     " }, { "yes", "accepted" },
		{ NULL, NULL } };
	static const struct turn import[] = {
		{ "crypto ca import fed certificate",
		  "% The fully-qualified domain name in the certificate will "
		  "be: fed.example.com\n" },
		{ "@fed.pem", "INFO: Certificate successfully imported\n" },
		{ "show crypto ca trustpoints fed", "Certificate configured" },
		{ "crypto ca enroll fed", "has already enrolled" },
		{ "no", "!Start" },
		{ NULL, NULL } };

	play(make_fed);
	MAKE_CA("ca", "/CN=Lab CA");
	play(authenticate);
	enroll_fed();
	assert_non_null(strstr(type("show crypto ca certificates fed"),
	    "Status: Pending"));
	run("openssl req -in fed.csr -noout -verify");
	sign_fed("ca");
	play(import);
	assert_non_null(strstr(logged, "717003"));
}

/* A key pair that is not the trustpoint's; a CA that is not its own. */
static void
test_wrong_certificates(void **state)
{
	static const struct turn wrong[] = {
		{ "crypto ca import fed certificate", NULL },
		{ "@other.pem", "ERROR: Failed to install" },
		{ "show crypto ca trustpoints fed", "!Certificate configured" },
		{ "crypto ca import fed certificate", NULL },
		{ "@junk.txt", "ERROR: " },
		{ "crypto ca authenticate fed", NULL },
		{ "@junk.txt", "ERROR: " },
		{ "crypto ca import fed certificate nointeractive", "" },
		{ "@fed.pem", "WARNING: Trustpoint fed has no CA" },
		{ "crypto ca authenticate fed nointeractive", NULL },
		{ "@other.pem", "accepted" },
		{ "crypto ca import fed certificate", NULL },
		{ "@fed.pem", "WARNING: The certificate was not issued by" },
		{ NULL, NULL } };

	play(make_fed);
	enroll_fed();
	MAKE_CA("ca", "/CN=Lab CA");
	MAKE_CA("other", "/CN=Other");
	sign_fed("ca");
	run("echo 'not a certificate' >junk.txt");
	play(wrong);
	assert_non_null(strstr(logged, "717003"));
}

static void
test_log_of_refusal(void **state)
{
	static const struct turn wrong[] = {
		{ "crypto ca import fed certificate", NULL },
		{ "@other.pem", "ERROR: Failed to install" },
		{ NULL, NULL } };

	play(make_fed);
	MAKE_CA("other", "/CN=Other");
	play(wrong);
	assert_true(conf_session_failed(session));
	assert_non_null(strstr(logged, "717020"));
}

static void
test_fingerprint(void **state)
{
	static const struct {
		const char *md, *transform;
		bool accepted;
	} rows[] = {
		{ "md5", "s/.*=//", true },
		{ "sha1", "s/.*=//;s/://g", true },
		{ "sha256", "s/.*=//;s/://g;s/......../& /g", true },
		{ "sha256", "s/.*=//;s/^./Z/", false },
		{ "sha256", "s/.*=//;s/..$//", false },
		{ "md5", "s/.*=//;s/[0-9A-F]/0/g", false },
	};
	size_t i;

	MAKE_CA("ca", "/CN=Lab CA");
	type("crypto ca trustpoint corp");
	type("enrollment terminal");
	for (i = 0; i < countof(rows); i++) {
		char line[512], hex[256] = "";
		const char *shown;
		char *cmd = mem_printf("openssl x509 -in ca.pem -noout "
		    "-fingerprint -%s | sed '%s' >fp.txt", rows[i].md,
		    rows[i].transform);
		FILE *f;

		assert_int_equal(system(cmd), 0);
		mem_free(cmd);
		f = fopen("fp.txt", "r");
		assert_non_null(f);
		assert_non_null(fgets(hex, sizeof(hex), f));
		fclose(f);
		hex[strcspn(hex, "\n")] = '\0';
		snprintf(line, sizeof(line), "crypto ca authenticate corp "
		    "fingerprint %s nointeractive", hex);
		shown = type(line);
		if (conf_session_want(session) == CONF_WANT_PASTE)
			shown = paste("ca.pem");
		assert_int_equal(conf_session_want(session),
		    CONF_WANT_COMMAND);
		assert_int_equal(strstr(shown, "accepted.") != NULL,
		    rows[i].accepted);
		assert_int_equal(
		    conf_session_failed(session), !rows[i].accepted);
	}
}

/* asa.md 1.17: a temporary root to make the request, exchanged afterwards. */
static void
test_dance(void **state)
{
	static const struct turn temporary[] = {
		{ "crypto ca authenticate fed", NULL },
		{ "@temp.pem", NULL }, { "yes", "accepted" },
		{ NULL, NULL } };
	static const struct turn exchange[] = {
		{ "crypto ca certificate chain fed", "" },
		{ "no certificate ca ff00", "ERROR: Trustpoint fed has no" },
		{ "no certificate ca 0000004d",
		  "Are you sure you want to do this? [yes/no]: " },
		{ "no", "" },
		{ "show crypto ca certificates fed", "Temporary" },
		{ "no certificate ca 4D", "WARNING: The CA certificate will" },
		{ "yes", "" },
		{ "show crypto ca certificates fed", "!Temporary" },
		{ "show crypto ca certificates fed", "Status: Pending" },
		{ "crypto ca authenticate fed", "!already has" },
		{ "@ca.pem", NULL }, { "yes", "accepted" },
		{ "crypto ca trustpoint verisign_root", "" },
		{ "enrollment terminal", "" }, { "revocation-check none", "" },
		{ "crypto ca import fed certificate", NULL },
		{ "@fed.pem", "INFO: Certificate successfully imported\n" },
		{ NULL, NULL } };

	run("openssl req -x509 -newkey rsa:2048 -nodes -days 30 "
	    "-subj /CN=Temporary -set_serial 77 "
	    "-keyout temp.key -out temp.pem");
	MAKE_CA("ca", "/CN=Lab CA");
	play(make_fed);
	play(temporary);
	enroll_fed();
	sign_fed("ca");
	play(exchange);
}

/* What a CA issued goes with it. */
static void
test_chain_takes_identity(void **state)
{
	static const struct turn remove[] = {
		{ "crypto ca authenticate fed nointeractive", NULL },
		{ "@ca.pem", "accepted" },
		{ "crypto ca import fed certificate nointeractive", NULL },
		{ "@fed.pem", "successfully" },
		{ "crypto ca certificate chain fed", "" },
		{ "no certificate ca 05", "[yes/no]" }, { "y", "" },
		{ "show crypto ca certificates fed", "!Certificate" },
		{ "show crypto key mypubkey rsa", "Key name: fed_key\n" },
		{ NULL, NULL } };

	run("openssl req -x509 -newkey rsa:2048 -nodes -days 30 "
	    "-subj /CN=Five -set_serial 5 -keyout ca.key -out ca.pem");
	play(make_fed);
	enroll_fed();
	sign_fed("ca");
	play(remove);
}

static void
test_replaced_ca(void **state)
{
	static const struct turn turns[] = {
		{ "crypto ca trustpoint corp", "" },
		{ "enrollment terminal", "" },
		{ "crypto ca authenticate corp", "!WARNING" },
		{ "@ca.pem", "!self signed" }, { "n", "not accepted" },
		{ "show crypto ca trustpoints corp", "Not authenticated" },
		{ "crypto ca authenticate corp", NULL }, { "@ca.pem", NULL },
		{ "Y", "accepted." },
		{ "crypto ca authenticate corp", "already has a CA" },
		{ "no", "!Enter" },
		{ "crypto ca authenticate corp", "already has a CA" },
		{ "yes", "Enter the base 64" },
		{ "@leaf.pem", "WARNING: This is not a CA certificate" },
		{ "yes", "accepted." },
		{ "show crypto ca certificates corp", "!Lab CA" },
		{ "no ca-check", NULL },
		{ "crypto ca authenticate corp", NULL },
		{ "yes", NULL }, { "@leaf.pem", "!WARNING" },
		{ "yes", "accepted." }, { NULL, NULL } };

	MAKE_CA("ca", "/CN=Lab CA");
	run("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=leaf "
	    "-addext basicConstraints=CA:FALSE -keyout l.key -out leaf.pem");
	play(turns);
}

/* --- PKCS#12 --- */

static void
test_p12(void **state)
{
	static const struct turn import[] = {
		{ "crypto ca import new pkcs12 wrongpass",
		  "Enter the base 64 encoded pkcs12.\n" },
		{ "@fed.p12", "ERROR: PKCS12 import failed" },
		{ "show running-config", "!trustpoint new" },
		{ "crypto ca import new pkcs12 s3cret", NULL },
		{ "@fed.p12", "INFO: Import PKCS12 operation completed "
			      "successfully\n" },
		{ "show crypto ca trustpoints new", "Certificate configured" },
		{ "crypto ca import fed pkcs12 s3cret", NULL },
		{ "@fed.p12", "WARNING: You already have keys defined named "
			      "fed_key.\nDo you really want to replace them?" },
		{ "no", "" },
		{ "show crypto ca trustpoints fed", "Not authenticated" },
		{ NULL, NULL } };
	const struct conf_trustpoint *tp;

	MAKE_CA("ca", "/CN=Lab CA");
	run("openssl req -newkey rsa:2048 -nodes -subj /CN=fed "
	    "-keyout fed.key -out fed.csr");
	sign_fed("ca");
	run("openssl pkcs12 -export -in fed.pem -inkey fed.key -certfile "
	    "ca.pem -passout pass:s3cret | base64 >fed.p12");
	play(make_fed);
	play(import);
	tp = conf_trustpoint(conf, "new");
	assert_non_null(tp);
	assert_string_equal(tp->keypair, "new");
	assert_true(tp->ca_check);
	save("back.p12", type("crypto ca export new pkcs12 other"),
	    "-----BEGIN PKCS12-----", "-----END PKCS12-----");
	run("grep -v PKCS12 back.p12 | base64 -d | openssl pkcs12 -passin "
	    "pass:other -nodes | grep -c 'BEGIN CERT' | grep -qx 2");
	assert_non_null(strstr(logged, "717005"));
}

static void
test_p12_log(void **state)
{
	run("echo AAAA >junk.p12");
	type("crypto ca import new pkcs12 s3cret");
	assert_non_null(strstr(paste("junk.p12"), "ERROR"));
	assert_non_null(strstr(logged, "717006"));
	assert_null(strstr(logged, "s3cret"));
}

/* --- keys --- */

static void
test_keys(void **state)
{
	static const struct turn turns[] = {
		{ "crypto key generate rsa modulus 1024", "WARNING" },
		{ "show crypto key mypubkey rsa",
		  "Key name: <Default-RSA-Key>\n Usage: General Purpose Key\n"
		  " Modulus Size (bits): 1024\n Key Data:\n  30819f30 0d06" },
		{ "crypto key generate rsa",
		  "WARNING: You already have RSA keys defined named "
		  "<Default-RSA-Key>.\nDo you really want to replace them? "
		  "[yes/no]: " },
		{ "no", "!wait" },
		{ "show crypto key mypubkey rsa", "(bits): 1024" },
		{ "crypto key generate rsa", NULL }, { "YES", "wait..." },
		{ "show crypto key mypubkey rsa", "(bits): 2048" },
		{ "crypto key generate ecdsa label e elliptic-curve 256",
		  "wait..." },
		{ "show crypto key mypubkey rsa", "!Key name: e\n" },
		{ "show crypto key mypubkey all", "Key name: e\n" },
		{ "crypto key generate rsa modulus 1500", "ERROR" },
		{ "crypto key generate rsa label ../x", "ERROR" },
		{ "crypto key zeroize rsa label e", "ERROR: There are no RSA" },
		{ "crypto key zeroize rsa", "WARNING: All RSA keys will be" },
		{ "no", "" },
		{ "show crypto key mypubkey all", "<Default-RSA-Key>" },
		{ "crypto key zeroize rsa", NULL }, { "y", "" },
		{ "show crypto key mypubkey all", "!<Default-RSA-Key>" },
		{ "crypto key zeroize ecdsa label e noconfirm", "!ERROR" },
		{ "show crypto key mypubkey all", "!Key name" },
		{ NULL, NULL } };

	play(turns);
}

/* A key pair takes its certificates along. */
static void
test_zeroize_certificates(void **state)
{
	static const struct turn turns[] = {
		{ "crypto key generate rsa", NULL },
		{ "crypto ca trustpoint self", "" }, { "enrollment self", "" },
		{ "crypto ca enroll self noconfirm",
		  "in the certificate will be: edge1.example.com\n" },
		{ "show crypto ca certificates", "edge1.example.com" },
		{ "crypto key zeroize rsa noconfirm", "!ERROR" },
		{ "show crypto ca certificates", "!edge1.example.com" },
		{ NULL, NULL } };

	play(turns);
}

static void
test_refusals(void **state)
{
	static const struct turn turns[] = {
		{ "crypto ca enroll nope", "ERROR: Trustpoint nope does not "
		  "exist. crypto ca trustpoint nope\n" },
		{ "crypto ca authenticate nope", "does not exist" },
		{ "crypto ca import nope certificate", "does not exist" },
		{ "crypto ca export nope pkcs12 x", "does not exist" },
		{ "show crypto ca certificates nope", "does not exist" },
		{ "crypto ca trustpoint t", "" },
		{ "crypto ca enroll t", "no enrollment method" },
		{ "enrollment url http://ca/", "" },
		{ "crypto ca enroll t", "SCEP" },
		{ "crypto ca authenticate t", "enrollment terminal" },
		{ "enrollment terminal", "" },
		{ "crypto ca enroll t", "crypto key generate rsa\n" },
		{ "keypair k", "" },
		{ "crypto ca enroll t", "crypto key generate rsa label k\n" },
		{ "crypto ca export t identity-certificate", "crypto ca enroll"
		  " t" },
		{ "fqdn none", "" },
		{ "crypto ca enroll t", "neither subject-name nor fqdn" },
		{ NULL, NULL } };

	play(turns);
}

static void
test_no_trustpoint(void **state)
{
	static const struct turn turns[] = {
		{ "crypto ca trustpoint a", "" }, { "enrollment terminal", "" },
		{ "crypto ca authenticate a nointeractive", NULL },
		{ "@ca.pem", "accepted" },
		{ "peer cup", "" }, { "validate trust-point a", "" },
		{ "no crypto ca trustpoint a", "in use by peer cup" },
		{ "exit", "" }, { "no peer cup", NULL },
		{ "crypto ca trustpoint a", "" },
		{ "no crypto ca trustpoint a",
		  "Are you sure you want to do this? [yes/no]: " },
		{ "no", "" }, { "show crypto ca trustpoints a", "Lab CA" },
		{ "no crypto ca trustpoint a", "WARNING: Removing an enrolled "
		  "trustpoint will destroy" },
		{ "yes", "" },
		{ "show crypto ca trustpoints", "!Trustpoint a" },
		{ "crypto ca trustpoint a", "" },
		{ "show crypto ca trustpoints a", "Not authenticated" },
		{ NULL, NULL } };

	MAKE_CA("ca", "/CN=Lab CA");
	play(turns);
}

/* --- one document for -j --- */

static void
test_json(void **state)
{
	static const struct {
		const char *line, *key;
		size_t n;
	} rows[] = {
		{ "show crypto ca certificates", "certificates", 1 },
		{ "show crypto ca certificates self", "certificates", 1 },
		{ "show crypto ca trustpoints", "trustpoints", 1 },
		{ "show crypto key mypubkey rsa", "keys", 1 },
		{ "show crypto key mypubkey ecdsa", "keys", 0 },
		{ "show crypto key mypubkey all", "keys", 1 },
	};
	size_t i;

	type("crypto key generate rsa");
	type("crypto ca trustpoint self");
	type("enrollment self");
	type("crypto ca enroll self noconfirm");
	conf_session_set_json(session, true);
	for (i = 0; i < countof(rows); i++) {
		json_t *doc = json_loads(type(rows[i].line), 0, NULL);

		print_message("# %s\n", rows[i].line);
		assert_non_null(doc);
		assert_int_equal(json_array_size(
		    json_object_get(doc, rows[i].key)), rows[i].n);
		json_decref(doc);
	}
}

/* --- a session that ends in the middle --- */

static void
test_ends(void **state)
{
	static const struct turn half[] = {
		{ "crypto ca enroll fed", "[yes/no]" }, { "y", "[yes/no]" },
		{ "n", "Display" }, { NULL, NULL } };
	static const char *const rows[] = { "crypto ca enroll fed",
		"crypto ca authenticate fed",
		"crypto ca import fed certificate",
		"crypto ca import fed pkcs12 x",
		"crypto key generate rsa label fed_key",
		"crypto key zeroize rsa",
		"no crypto ca trustpoint fed" };
	struct pki_material m = { 0 };
	unsigned before;
	size_t i;

	play(make_fed);
	before = changes;
	for (i = 0; i <= countof(rows); i++) {
		if (i < countof(rows))
			type(rows[i]);
		else
			play(half);
		assert_int_not_equal(
		    conf_session_want(session), CONF_WANT_COMMAND);
		control_crypto_session_ended(session);
		conf_session_free(session);
		assert_int_equal(
		    conf_session_new(&session, &ops, NULL), ERR_OK);
		type("enable");
	}
	assert_int_equal(changes, before);
	assert_int_equal(pki_store_get(crypto.store, "fed", &m), ERR_OK);
	assert_null(m.csr);
	pki_material_fini(&m);
}

/* The key is still being made. */
static void
test_ends_in_job(void **state)
{
	conf_session_line(session, "crypto key generate rsa modulus 4096");
	assert_int_equal(conf_session_want(session), CONF_WANT_NOTHING);
	control_crypto_session_ended(session);
	conf_session_free(session);
	loop_reap();
	assert_int_equal(conf_session_new(&session, &ops, NULL), ERR_OK);
	assert_false(pki_store_has_key(crypto.store, "<Default-RSA-Key>"));
}

static int
group_setup(void **state)
{
	log_set_stderr(false);
	log_set_sink(on_line, NULL);
	control_crypto_register();
	return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int
group_teardown(void **state)
{
	char *cmd = mem_printf("rm -rf %s", folder);
	int rc = chdir("/") != 0 || system(cmd) != 0;

	mem_free(cmd);
	return rc;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_inside),
		TEST(test_terminal),
		TEST(test_wrong_certificates),
		TEST(test_log_of_refusal),
		TEST(test_fingerprint),
		TEST(test_dance),
		TEST(test_chain_takes_identity),
		TEST(test_replaced_ca),
		TEST(test_p12),
		TEST(test_p12_log),
		TEST(test_keys),
		TEST(test_zeroize_certificates),
		TEST(test_refusals),
		TEST(test_no_trustpoint),
		TEST(test_json),
		TEST(test_ends),
		TEST(test_ends_in_job),
	};

	mem_hook_libraries();
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
