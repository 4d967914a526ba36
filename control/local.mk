# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += libcontrol.a
libcontrol_a_SOURCES = \
	control/admin.c \
	control/apply.c \
	control/check.c \
	control/cmd_exec.c \
	control/control.c control/control.h \
	control/history.c \
	control/keys.c \
	control/listeners.c control/listeners.h \
	control/show.c \
	control/workers.c
include control/crypto.mk

sbin_PROGRAMS += sipfedd
sipfedd_SOURCES = control/main.c
sipfedd_LDADD = libcontrol.a libproxy.a libconf.a libsip.a libtls.a libpki.a \
	libbase.a $(LIBS_BASE) $(OSIP_LIBS) $(UNBOUND_LIBS) $(LDNS_LIBS) \
	$(SECCOMP_LIBS)
