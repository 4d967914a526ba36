# SPDX-License-Identifier: BSD-2-Clause
SIP_TEST_LIBS = libsip.a libbase.a $(OSIP_LIBS) $(LIBS_BASE) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/sip/test_check
TESTS += tests/unit/sip/test_check
tests_unit_sip_test_check_SOURCES = \
	tests/unit/sip/test_check.c tests/unit/sip/sip_fixture.h
tests_unit_sip_test_check_LDADD = $(SIP_TEST_LIBS)
check_PROGRAMS += tests/unit/sip/test_edit
TESTS += tests/unit/sip/test_edit
tests_unit_sip_test_edit_SOURCES = \
	tests/unit/sip/test_edit.c tests/unit/sip/sip_fixture.h
tests_unit_sip_test_edit_LDADD = $(SIP_TEST_LIBS)
check_PROGRAMS += tests/unit/sip/test_frame
TESTS += tests/unit/sip/test_frame
tests_unit_sip_test_frame_SOURCES = \
	tests/unit/sip/test_frame.c tests/unit/sip/sip_fixture.h
tests_unit_sip_test_frame_LDADD = $(SIP_TEST_LIBS)
check_PROGRAMS += tests/unit/sip/test_msg
TESTS += tests/unit/sip/test_msg
tests_unit_sip_test_msg_SOURCES = \
	tests/unit/sip/test_msg.c tests/unit/sip/sip_fixture.h
tests_unit_sip_test_msg_LDADD = $(SIP_TEST_LIBS)
check_PROGRAMS += tests/unit/sip/test_reply
TESTS += tests/unit/sip/test_reply
tests_unit_sip_test_reply_SOURCES = \
	tests/unit/sip/test_reply.c tests/unit/sip/sip_fixture.h
tests_unit_sip_test_reply_LDADD = $(SIP_TEST_LIBS)
check_PROGRAMS += tests/unit/sip/test_token
TESTS += tests/unit/sip/test_token
tests_unit_sip_test_token_SOURCES = \
	tests/unit/sip/test_token.c tests/unit/sip/sip_fixture.h
tests_unit_sip_test_token_LDADD = $(SIP_TEST_LIBS)
check_PROGRAMS += tests/unit/sip/test_uri
TESTS += tests/unit/sip/test_uri
tests_unit_sip_test_uri_SOURCES = \
	tests/unit/sip/test_uri.c tests/unit/sip/sip_fixture.h
tests_unit_sip_test_uri_LDADD = $(SIP_TEST_LIBS)
