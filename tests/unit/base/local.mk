# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += tests/unit/base/test_base
TESTS += tests/unit/base/test_base
tests_unit_base_test_base_SOURCES = tests/unit/base/test_base.c
tests_unit_base_test_base_LDADD = libbase.a $(LIBS_BASE) $(CMOCKA_LIBS)
