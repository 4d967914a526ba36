/* SPDX-License-Identifier: BSD-2-Clause */
/* sipfedd -t: the same parser and the same judge, without the daemon. */
#include "control/control.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { CONFIG_MOST = 4 << 20 };

static void
on_finding(enum conf_severity sev, struct conf_pos pos, const char *text,
    void *arg)
{
	const char *file = arg;

	printf("%s:%d:%d: %s%s\n", file, pos.line > 0 ? pos.line : 1,
	    pos.col > 0 ? pos.col : 1, sev == CONF_WARNING ? "warning: " : "",
	    text);
}

int
control_check(const struct control_options *opt)
{
	struct pki_store *store = NULL;
	struct conf *c = NULL;
	char *text = NULL;
	size_t n = 0;
	struct stat st;
	unsigned errors;
	enum err err = file_read(&text, &n, opt->config, CONFIG_MOST);

	if (err) {
		printf("%s:1:1: %s\n", opt->config,
		    err == ERR_IO ? strerror(errno) : err_text(err));
		return 1;
	}
	errors = conf_load(&c, text, n, on_finding, (void *)opt->config);
	mem_free(text);
	/* Without a state folder there are no identities to judge yet. */
	if (errors == 0 && stat(opt->state_dir, &st) == 0 &&
	    pki_store_open(&store, opt->state_dir) == ERR_OK) {
		errors += control_judge_identities(
		    c, store, on_finding, (void *)opt->config);
		pki_store_close(store);
	}
	conf_free(c);
	return errors == 0 ? 0 : 1;
}
