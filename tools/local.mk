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
install-data-local: install-bash-completion
install-bash-completion:
	$(MKDIR_P) "$(DESTDIR)$(bashcompdir)"
	$(INSTALL_DATA) $(top_srcdir)/packaging/sipfed.bash-completion \
	    "$(DESTDIR)$(bashcompdir)/sipfed"
uninstall-local: uninstall-bash-completion
uninstall-bash-completion:
	rm -f "$(DESTDIR)$(bashcompdir)/sipfed"
.PHONY: install-bash-completion uninstall-bash-completion
EXTRA_DIST += packaging/sipfed.bash-completion
