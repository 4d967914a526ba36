# SPDX-License-Identifier: BSD-2-Clause
PKI_TEST_LIBS = libpki.a libbase.a $(LIBS_BASE) $(CMOCKA_LIBS)
