# SPDX-License-Identifier: BSD-2-Clause
PKI_TEST_LIBS = libpki.a libbase.a $(LIBS_BASE) $(CMOCKA_LIBS)
EXTRA_DIST += tests/unit/pki/pki_fixture.h

check_PROGRAMS += tests/unit/pki/test_pki_cert
TESTS += tests/unit/pki/test_pki_cert
tests_unit_pki_test_pki_cert_SOURCES = tests/unit/pki/test_pki_cert.c
tests_unit_pki_test_pki_cert_LDADD = $(PKI_TEST_LIBS)

check_PROGRAMS += tests/unit/pki/test_pki_request
TESTS += tests/unit/pki/test_pki_request
tests_unit_pki_test_pki_request_SOURCES = tests/unit/pki/test_pki_request.c
tests_unit_pki_test_pki_request_LDADD = $(PKI_TEST_LIBS)

check_PROGRAMS += tests/unit/pki/test_pki_p12
TESTS += tests/unit/pki/test_pki_p12
tests_unit_pki_test_pki_p12_SOURCES = tests/unit/pki/test_pki_p12.c
tests_unit_pki_test_pki_p12_LDADD = $(PKI_TEST_LIBS)

check_PROGRAMS += tests/unit/pki/test_pki_store
TESTS += tests/unit/pki/test_pki_store
tests_unit_pki_test_pki_store_SOURCES = tests/unit/pki/test_pki_store.c
tests_unit_pki_test_pki_store_LDADD = $(PKI_TEST_LIBS)
