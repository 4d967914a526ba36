# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += libproxy.a
libproxy_a_SOURCES =
