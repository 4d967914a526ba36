# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	base/addr.c base/addr.h \
	base/buf.c base/buf.h \
	base/err.c base/err.def base/err.h \
	base/file.c base/file.h \
	base/hash.c base/hash.h \
	base/log.c base/log.h base/messages.def \
	base/loop.c base/loop.h \
	base/mem.c base/mem.h \
	base/str.c base/str.h
