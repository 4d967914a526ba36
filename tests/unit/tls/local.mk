# SPDX-License-Identifier: BSD-2-Clause
TLS_TESTS = tests/unit/tls/test_name tests/unit/tls/test_verdict \
	tests/unit/tls/test_cred_judge tests/unit/tls/test_conn
check_PROGRAMS += $(TLS_TESTS)
TESTS += $(TLS_TESTS)
TLS_TEST_LIBS = libtls.a libbase.a $(LIBS_BASE) $(CMOCKA_LIBS)
TLS_TEST_HELP = tests/unit/tls/make_cert.c tests/unit/tls/make_cert.h
tests_unit_tls_test_name_SOURCES = tests/unit/tls/test_name.c $(TLS_TEST_HELP)
tests_unit_tls_test_name_LDADD = $(TLS_TEST_LIBS)
tests_unit_tls_test_verdict_SOURCES = tests/unit/tls/test_verdict.c \
	$(TLS_TEST_HELP)
tests_unit_tls_test_verdict_LDADD = $(TLS_TEST_LIBS)
tests_unit_tls_test_cred_judge_SOURCES = tests/unit/tls/test_cred_judge.c \
	$(TLS_TEST_HELP)
tests_unit_tls_test_cred_judge_LDADD = $(TLS_TEST_LIBS)
tests_unit_tls_test_conn_SOURCES = tests/unit/tls/test_conn.c $(TLS_TEST_HELP)
tests_unit_tls_test_conn_LDADD = $(TLS_TEST_LIBS)
