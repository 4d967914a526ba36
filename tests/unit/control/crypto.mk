# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += tests/unit/control/test_crypto tests/unit/control/test_job
TESTS += tests/unit/control/test_crypto tests/unit/control/test_job
tests_unit_control_test_crypto_SOURCES = tests/unit/control/test_crypto.c
tests_unit_control_test_crypto_LDADD = libcontrol.a libconf.a libpki.a \
	libbase.a $(LIBS_BASE) $(CMOCKA_LIBS)
tests_unit_control_test_job_SOURCES = tests/unit/control/test_job.c
tests_unit_control_test_job_LDADD = libcontrol.a libbase.a $(LIBS_BASE) \
	$(CMOCKA_LIBS)
