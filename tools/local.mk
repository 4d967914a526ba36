# SPDX-License-Identifier: BSD-2-Clause
bin_PROGRAMS += sipfed
sipfed_SOURCES = \
	tools/shell.h \
	tools/shell_edit.c \
	tools/shell_input.c \
	tools/shell_link.c \
	tools/sipfed.c
sipfed_CPPFLAGS = $(AM_CPPFLAGS) $(EDIT_CFLAGS)
sipfed_LDADD = libbase.a $(EDIT_LIBS) $(LIBS_BASE)
dist_man_MANS += man/sipfed.1

bashcompdir = $(datadir)/bash-completion/completions
bashcomp_DATA = packaging/completions/sipfed
packaging/completions/sipfed: packaging/sipfed.bash-completion
	$(AM_V_GEN)$(MKDIR_P) packaging/completions && \
	cp $(top_srcdir)/packaging/sipfed.bash-completion $@
CLEANFILES += packaging/completions/sipfed
EXTRA_DIST += packaging/sipfed.bash-completion
