# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += libsip.a
libsip_a_SOURCES =
