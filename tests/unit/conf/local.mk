# SPDX-License-Identifier: BSD-2-Clause
CONF_TEST_LIBS = libconf.a libbase.a $(LIBS_BASE) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/conf/test_load
TESTS += tests/unit/conf/test_load
tests_unit_conf_test_load_SOURCES = tests/unit/conf/test_load.c
tests_unit_conf_test_load_LDADD = $(CONF_TEST_LIBS)
check_PROGRAMS += tests/unit/conf/test_rows
TESTS += tests/unit/conf/test_rows
tests_unit_conf_test_rows_SOURCES = tests/unit/conf/test_rows.c
tests_unit_conf_test_rows_LDADD = $(CONF_TEST_LIBS)
