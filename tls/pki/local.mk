# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += libpki.a
libpki_a_SOURCES = \
	tls/pki/cert.c \
	tls/pki/enroll_self.c \
	tls/pki/enroll_terminal.c \
	tls/pki/key.c \
	tls/pki/p12.c \
	tls/pki/pki.h \
	tls/pki/request.c tls/pki/request.h \
	tls/pki/show.c \
	tls/pki/store.c \
	tls/pki/subject.c tls/pki/subject.h \
	tls/pki/text.c tls/pki/text.h
EXTRA_DIST += tls/pki/README.md
