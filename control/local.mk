# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += libcontrol.a
libcontrol_a_SOURCES =
