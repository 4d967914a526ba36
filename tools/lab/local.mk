# SPDX-License-Identifier: BSD-2-Clause
bin_PROGRAMS += sipfed-lab
sipfed_lab_SOURCES = \
	tools/lab/dialog.c tools/lab/dialog.h \
	tools/lab/im.c tools/lab/im.h \
	tools/lab/lab.h \
	tools/lab/ladder.c tools/lab/ladder.h \
	tools/lab/link.c tools/lab/link.h \
	tools/lab/main.c \
	tools/lab/options.c tools/lab/options.h \
	tools/lab/presence.c tools/lab/presence.h \
	tools/lab/probe.c tools/lab/probe.h \
	tools/lab/run.c tools/lab/run.h \
	tools/lab/send.c \
	tools/lab/serve.c tools/lab/serve.h \
	tools/lab/text.c tools/lab/text.h
sipfed_lab_LDADD = libbase.a $(LIBS_BASE)
dist_man_MANS += man/sipfed-lab.1
EXTRA_DIST += tools/lab/README.md
