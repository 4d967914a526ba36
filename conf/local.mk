# SPDX-License-Identifier: BSD-2-Clause
noinst_LIBRARIES += libconf.a
libconf_a_SOURCES = \
	conf/bind.c conf/bind.h \
	conf/check.c \
	conf/cmd.h \
	conf/cmd_exec.c \
	conf/cmd_global.c \
	conf/cmd_interface.c \
	conf/cmd_peer.c \
	conf/cmd_trustpoint.c \
	conf/doc.c \
	conf/exec.c \
	conf/help.c \
	conf/hint.c conf/hint.h \
	conf/lex.c conf/lex.h \
	conf/load.c \
	conf/model.c conf/model.h \
	conf/object.c conf/object.h \
	conf/preset.c \
	conf/session.c conf/session.h \
	conf/syntax.c conf/syntax.h \
	conf/write.c
