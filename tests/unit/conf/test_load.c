/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files into configurations: broken ones say where and why, good ones survive
 * being written and read again, and neither noise nor lack of memory hurts.
 */
#include "base/file.h"
#include "base/mem.h"
#include "conf/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_MOST = 1 << 20 };

static void
collect(enum conf_severity sev, struct conf_pos pos, const char *text,
    void *arg)
{
	buf_printf(arg, "%d:%d: %s%s\n", pos.line, pos.col,
	    sev == CONF_WARNING ? "warning: " : "", text);
}

static void
ignore(enum conf_severity sev, struct conf_pos pos, const char *text,
    void *arg)
{
}

static struct conf *
load(struct str text, struct buf *found)
{
	struct conf *c = NULL;

	if (conf_load(&c, text.p, text.n, found != NULL ? collect : ignore,
	    found) != 0)
		assert_null(c);
	return c;
}

#define BASE                                                                   \
	"federation\n routing-fqdn f.example\n domain a.example\n"             \
	"interface outside\n listen 10.0.0.1\n"                                \
	"crypto ca trustpoint t\n enrollment terminal\n"
#define PEER                                                                   \
	"peer p\n interface outside\n address 10.0.0.2\n domain b.example\n"   \
	" identity trust-point t\n validate trust-point t\n"

/* What is wrong, and the first thing that must be said about it. */
static const struct {
	const char *text, *want;
} broken[] = {
	{ "hostnam x\n", "1:1: unknown word 'hostnam' in configuration mode; "
	  "did you mean 'hostname'?" },
	{ "host x\n", "1:1: unknown word 'host'" },
	{ "interface\n", "1:10: Incomplete command: expects name" },
	{ "!\ntimeout handshake 301\n",
	  "2:19: '301' is not a number from 1 to 300" },
	{ "peer p\n shutdwn\n", "2:2: unknown word 'shutdwn' in peer; did you "
	  "mean 'shutdown'?" },
	{ "interface i\n listen 10.0.0.300\n",
	  "2:9: '10.0.0.300' is not an IP address" },
	{ "crypto ca trustpoint cert_from_cupenrollment terminal\n",
	  "1:46: unknown word 'terminal' in configuration mode: a line break "
	  "is missing before 'enrollment'" },
	{ "crypto ca trustpoint cert_from_cup enrollment terminal\n",
	  "1:36: unknown word 'enrollment' in configuration mode: "
	  "'enrollment' begins a line of its own" },
	{ "hostname \"x\n", "1:1: a quote is open" },
	{ "show version\n", "1:1: unknown word 'show'" },
	{ "  hostname x\n", "1:3: an indented line that belongs to no block" },
	{ "peer p\n  shutdown\n allow-wildcard\n",
	  "3:2: an indented line that belongs to no block" },
	{ "hostname a b\n", "1:12: unknown word 'b'" },
	{ "crypto ca trustpoint t\ncrypto ca certificate chain t\n"
	  " certificate ca 01\n  30x1\n", "4:1: '30x1': expected" },
	{ "no crypto ca trustpoint x\ninterface i\n no listen 10.0.0.1\n"
	  " no identity-check\n",
	  "1:1: it is not configured\n3:1: it is not configured\n4:5: " },
	{ "crypto ca trustpoint t\n revocation-check crl noe\n",
	  "1:22: trustpoint t: 'revocation-check noe': expected crl ocsp "
	  "none" },
	{ "hostname a\x01\n", "1:1: a control character is not allowed" },
	{ "domain-name a..b\n", "1:13: 'a..b' is not a domain name" },
	{ "crypto ca trustpoint t\n enrollment url ftp://x\n",
	  "2:17: 'ftp://x' is not an http:// or https:// URL" },
	{ BASE PEER " address a/b\n",
	  "14:10: 'a/b' is not an IP address or a domain name" },
	{ BASE PEER " tls cipher-suite aes128-sha1 foo\n",
	  "8:6: peer p: unknown cipher-suite 'foo'" },
	{ BASE PEER " tls cipher-suite null-sha1\n", "8:6: warning: peer p: "
	  "this OpenSSL has no null-sha1; it is left out\n8:6: peer p: no "
	  "cipher-suite is left" },
	{ BASE PEER " eku bth\n", "14:6: unknown word 'bth' in peer; did you "
	  "mean 'both'?" },
	{ BASE PEER " interface outsde\n",
	  "14:12: there is no interface 'outsde'; did you mean 'outside'?" },
	{ BASE PEER " inspect sip nosuch\n", "14:14: there is no policy-map" },
	{ BASE "interface b\n listen 10.0.0.1\n",
	  "9:9: 10.0.0.1 port 5061 is listened on by interface outside" },
	{ BASE PEER "peer q\n shutdown\n domain b.example\n",
	  "14:6: peer q: domain b.example belongs to peer p already" },
	{ BASE "peer p\n interface outside\n address 1.2.3.4\n domain c.d\n"
	  " identity trust-point t\n",
	  "8:6: peer p needs 'validate trust-point NAME'" },
	{ "interface outside\n listen 10.0.0.1\ncrypto ca trustpoint t\n" PEER,
	  "4:6: peer p is outside: 'federation' needs 'routing-fqdn'" },
};

static void
says_where_and_why(void **state)
{
	size_t i;

	for (i = 0; i < countof(broken); i++) {
		struct buf found;
		struct conf *c;

		buf_init(&found, TEXT_MOST);
		c = load(str_of(broken[i].text), &found);
		if (c != NULL || !str_starts_nocase(
		    buf_str(&found), broken[i].want))
			fail_msg("row %zu: got\n%s\nwant %s", i,
			    buf_cstr(&found), broken[i].want);
		buf_fini(&found);
	}
}

static const struct {
	const char *text, *want;
} warned[] = {
	{ BASE "federation\n discovery dns\n", "'discovery dns'" },
	{ BASE PEER "crypto ca trustpoint t\n revocation-check crl\n",
	  "'revocation-check crl' refuses the peer" },
	{ BASE "peer p\n shutdown\n", "has no 'domain'" },
};

static void
warns(void **state)
{
	size_t i;

	for (i = 0; i < countof(warned); i++) {
		struct buf found;
		struct conf *c;

		buf_init(&found, TEXT_MOST);
		c = load(str_of(warned[i].text), &found);
		assert_non_null(c);
		if (strstr(buf_cstr(&found), warned[i].want) == NULL)
			fail_msg("row %zu: %s", i, buf_cstr(&found));
		conf_free(c);
		buf_fini(&found);
	}
}

static char *
example(size_t *n)
{
	const char *top = getenv("top_srcdir");
	char path[512];
	char *text = NULL;

	snprintf(path, sizeof(path), "%s/packaging/sipfed.conf.example",
	    top != NULL ? top : ".");
	assert_int_equal(file_read(&text, n, path, TEXT_MOST), ERR_OK);
	return text;
}

/* write(parse(write(x))) is write(x), in both forms. */
static void
same_again(const struct conf *c, enum conf_write_what what)
{
	struct buf once, twice;
	struct conf *again;

	buf_init(&once, TEXT_MOST);
	buf_init(&twice, TEXT_MOST);
	assert_int_equal(conf_write(c, what, &once), ERR_OK);
	again = load(buf_str(&once), &twice);
	if (again == NULL)
		fail_msg("not read again:\n%s%s", buf_cstr(&twice),
		    buf_cstr(&once));
	buf_clear(&twice);
	assert_int_equal(conf_write(again, what, &twice), ERR_OK);
	assert_string_equal(buf_cstr(&twice), buf_cstr(&once));
	conf_free(again);
	buf_fini(&once);
	buf_fini(&twice);
}

static void
example_round_trip(void **state)
{
	struct buf found;
	size_t n;
	char *text = example(&n);
	struct conf *c;

	buf_init(&found, TEXT_MOST);
	c = load((struct str){ text, n }, &found);
	assert_string_equal(buf_cstr(&found), "");
	assert_non_null(c);
	same_again(c, CONF_WRITE_SET);
	same_again(c, CONF_WRITE_ALL);
	assert_int_equal(conf_peer_eku(conf_peer(c, "contoso")),
	    CONF_EKU_BOTH);
	assert_int_equal(conf_peer_identity_check(conf_peer(c, "cup")),
	    CONF_ID_CN);
	assert_int_equal(conf_peer_side(conf_peer(c, "cup")),
	    CONF_SIDE_INSIDE);
	conf_free(c);
	buf_fini(&found);
	mem_free(text);
}

static void
windows_file(void **state)
{
	struct conf *c = load(STR("\xef\xbb\xbfhostname x\r\n! c\r\n"
	    "interface inside\r\n\tlisten 10.0.0.1  \t\r\n"), NULL);

	assert_non_null(c);
	assert_string_equal(c->hostname, "x");
	assert_int_equal(c->interfaces->listen[0].port, 5061);
	conf_free(c);
}

static void
chain_block(void **state)
{
	struct conf *c = load(STR("crypto ca trustpoint t\n"
	    "crypto ca certificate chain t\n certificate ca 01ab\n"
	    "    308205ec 308204d4\n    a0030201\n  quit\nhostname y\n"),
	    NULL);

	assert_non_null(c);
	assert_string_equal(c->hostname, "y");
	assert_non_null(strstr(c->trustpoints->hex, "a0030201"));
	same_again(c, CONF_WRITE_SET);
	conf_free(c);
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void
damage(char *text, size_t n, uint32_t *seed)
{
	static const char likely[] = " \n\t\"!<|{";
	size_t i;

	for (i = 0; i < 6; i++)
		text[next_random(seed) % n] = (next_random(seed) & 1) != 0
		    ? (char)next_random(seed)
		    : likely[next_random(seed) % (sizeof(likely) - 1)];
}

static void
noise_in_a_file(void **state)
{
	uint32_t seed = 20260101;
	size_t n, i;
	char *good = example(&n), *text = mem_alloc(n);

	assert_non_null(text);
	for (i = 0; i < 1500; i++) {
		struct conf *c;

		memcpy(text, good, n);
		damage(text, n, &seed);
		c = load((struct str){ text, n }, NULL);
		if (c != NULL)
			same_again(c, CONF_WRITE_SET);
		conf_free(c);
	}
	mem_free(text);
	mem_free(good);
}

static struct conf *
shell_conf(void *arg)
{
	return arg;
}

static void
noise_in_a_shell(void **state)
{
	static const struct conf_session_ops ops = { .conf = shell_conf };
	uint32_t seed = 7;
	size_t n, i;
	char *text = example(&n);
	struct str rest;

	for (i = 0; i < 40; i++) {
		struct conf *c = NULL;
		struct conf_session *s = NULL;
		struct buf out;

		assert_int_equal(conf_new(&c), ERR_OK);
		assert_int_equal(conf_session_new(&s, &ops, c), ERR_OK);
		buf_init(&out, TEXT_MOST);
		conf_session_line(s, "configure terminal");
		damage(text, n, &seed);
		rest = (struct str){ text, n };
		while (rest.n != 0) {
			char *line = str_dup(str_split(&rest, '\n'));

			assert_non_null(line);
			assert_int_equal(
			    conf_session_help(s, line, &out), ERR_OK);
			assert_int_equal(
			    conf_session_complete(s, line, &out), ERR_OK);
			buf_clear(&out);
			conf_session_line(s, line);
			buf_clear(conf_session_out(s));
			mem_free(line);
		}
		conf_session_free(s);
		conf_free(c);
		buf_fini(&out);
	}
	mem_free(text);
}

static void
lack_of_memory(void **state)
{
	size_t n;
	char *text = example(&n);
	struct conf *c = NULL;
	long i, live = mem_live();

	for (i = 0; c == NULL; i++) {
		assert_true(i < 10000);
		mem_fail_after(i);
		c = load((struct str){ text, n }, NULL);
		mem_fail_never();
		if (c == NULL)
			assert_int_equal(mem_live(), live);
	}
	assert_true(i > 20);
	same_again(c, CONF_WRITE_SET);
	conf_free(c);
	mem_free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_where_and_why),
		cmocka_unit_test(warns),
		cmocka_unit_test(example_round_trip),
		cmocka_unit_test(windows_file),
		cmocka_unit_test(chain_block),
		cmocka_unit_test(noise_in_a_file),
		cmocka_unit_test(noise_in_a_shell),
		cmocka_unit_test(lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
