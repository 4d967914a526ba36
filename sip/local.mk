# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += libsip.a
libsip_a_SOURCES = \
	sip/check.c \
	sip/edit.c sip/edit.h \
	sip/frame.c sip/frame.h \
	sip/host.h \
	sip/line.c sip/line.h \
	sip/msg.c sip/msg.h \
	sip/osip.c sip/osip.h \
	sip/reply.c sip/reply.h \
	sip/token.c sip/token.h \
	sip/uri.c sip/uri.h
