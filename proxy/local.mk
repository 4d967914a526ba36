# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += libproxy.a
libproxy_a_SOURCES = \
	proxy/build.c proxy/snapshot.c proxy/snapshot.h \
	proxy/forward.c proxy/forward.h \
	proxy/inspect.c proxy/inspect.h \
	proxy/link.c proxy/link.h \
	proxy/policy.c proxy/policy.h \
	proxy/pool.c proxy/pool.h \
	proxy/refuse.c \
	proxy/report.c proxy/report.h \
	proxy/resolve.c proxy/resolve.h \
	proxy/respond.c \
	proxy/route.c proxy/route.h \
	proxy/sandbox.c proxy/sandbox.h \
	proxy/session.c proxy/session.h \
	proxy/stats.c proxy/stats.def proxy/stats.h \
	proxy/txn.c proxy/txn.h \
	proxy/worker.c proxy/worker.h
