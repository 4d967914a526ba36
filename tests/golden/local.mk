# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += tests/golden/golden
TESTS += tests/golden/golden
tests_golden_golden_SOURCES = tests/golden/golden.c
tests_golden_golden_LDADD = libconf.a libbase.a $(LIBS_BASE)
EXTRA_DIST += \
	tests/golden/01-modes.in tests/golden/01-modes.out \
	tests/golden/02-errors.in tests/golden/02-errors.out \
	tests/golden/03-help.in tests/golden/03-help.out \
	tests/golden/04-whole.in tests/golden/04-whole.out \
	tests/golden/05-short.in tests/golden/05-short.out
