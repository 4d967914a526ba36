/* SPDX-License-Identifier: BSD-2-Clause */
/* Route tokens: what verifies, and every single bit that makes it not. */
#include "tests/unit/sip/sip_fixture.h"

#include "sip/token.h"

static const uint64_t A = 0x0123456789abcdefu, B = 0xfedcba9876543210u;

static void
test_round_trip_and_flips(void **state)
{
	struct sip_token_keys k = { .n = 1, .id = { 7 }, .key = { { 1 } } };
	char text[SIP_TOKEN_TEXT];
	uint64_t a = 0, b = 0;
	size_t i;
	int bit;

	sip_token_make(text, &k, A, B);
	assert_int_equal(sip_token_read(&k, str_of(text), &a, &b), ERR_OK);
	assert_true(a == A && b == B);
	for (i = 0; text[i] != '\0'; i++)
		for (bit = 0; bit < 8; bit++) {
			text[i] ^= (char)(1 << bit);
			assert_int_equal(
			    sip_token_read(&k, (struct str){ text, 44 }, &a,
			        &b), ERR_POLICY_ROUTE);
			text[i] ^= (char)(1 << bit);
		}
	for (i = 0; i < 44; i++)
		assert_int_equal(
		    sip_token_read(&k, (struct str){ text, i }, &a, &b),
		    ERR_POLICY_ROUTE);
}

static void
test_rotation(void **state)
{
	struct sip_token_keys old = { .n = 1, .id = { 1 }, .key = { { 1 } } };
	struct sip_token_keys both = { .n = 2, .id = { 2, 1 },
		.key = { { 2 }, { 1 } } };
	struct sip_token_keys next = { .n = 1, .id = { 2 }, .key = { { 2 } } };
	struct sip_token_keys none = { 0 };
	char text[SIP_TOKEN_TEXT];
	uint64_t a, b;

	sip_token_make(text, &old, A, B);
	assert_int_equal(sip_token_read(&both, str_of(text), &a, &b), ERR_OK);
	assert_int_equal(
	    sip_token_read(&next, str_of(text), &a, &b), ERR_POLICY_ROUTE);
	sip_token_make(text, &both, A, B);
	assert_int_equal(sip_token_read(&next, str_of(text), &a, &b), ERR_OK);
	sip_token_make(text, &none, A, B);
	assert_string_equal(text, "");
	assert_int_equal(
	    sip_token_read(&none, str_of(text), &a, &b), ERR_POLICY_ROUTE);
}

/* First 8 bytes of SHA-256: other nodes and releases must agree. */
static void
test_peer_id(void **state)
{
	assert_true(sip_token_peer_id(STR("")) == 0xe3b0c44298fc1c14u);
	assert_true(sip_token_peer_id(STR("abc")) == 0xba7816bf8f01cfeau);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip_and_flips),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_peer_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
