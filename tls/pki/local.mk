# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += libpki.a
libpki_a_SOURCES =
