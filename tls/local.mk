# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += libtls.a
libtls_a_SOURCES = \
	tls/admit.c tls/admit.h \
	tls/chain.c tls/chain.h \
	tls/conn.c tls/conn.h tls/conn_life.c tls/conn_state.h \
	tls/cred.c tls/cred.h tls/cred_judge.c \
	tls/ctx.c tls/ctx.h \
	tls/error.c tls/error.h \
	tls/hello.c tls/hello.h \
	tls/name.c tls/name.h \
	tls/ticket.c tls/ticket.h \
	tls/verdict.c tls/verdict.h
