/* SPDX-License-Identifier: BSD-2-Clause */
/* Actions of the exec mode that are no shows: write, clear, reload. */
#include "control/control.h"

#include "base/log.h"
#include "conf/session.h"

#include <openssl/evp.h>
#include <errno.h>
#include <string.h>

/* The ASA prints a checksum of what it wrote: four groups of hex. */
static void
print_checksum(struct buf *out, struct str text)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0, i;

	if (EVP_Digest(text.p, text.n, md, &n, EVP_sha256(), NULL) != 1)
		return;
	buf_puts(out, "Cryptochecksum:");
	for (i = 0; i < 16; i++)
		buf_printf(out, "%s%02x", i % 4 == 0 ? " " : "", md[i]);
	buf_puts(out, "\n");
}

static enum err
run_write_memory(struct conf_session *s, const struct conf_args *a)
{
	struct buf *out = conf_session_out(s);
	struct buf why, text;
	struct str rest;
	size_t bytes = 0;
	enum err err = ERR_OK;

	buf_init(&why, 64 << 10);
	buf_init(&text, 4 << 20);
	buf_puts(out, "Building configuration...\n");
	if (control.dirty)
		err = control_apply(APPLY_STRICT, &why);
	rest = buf_str(&why);
	while (rest.n != 0) {
		struct str line = str_split(&rest, '\n');

		conf_session_error(s, "%.*s", STR_FMT(line));
	}
	if (!err)
		err = control_write_memory(&bytes);
	if (!err)
		err = conf_write(control.conf, CONF_WRITE_SET, &text);
	if (err) {
		conf_session_error(s, "nothing was written to %s: %s",
		    control.opt.config,
		    err == ERR_IO ? strerror(errno) : err_text(err));
	} else {
		print_checksum(out, buf_str(&text));
		buf_printf(out, "\n%zu bytes copied in 0.0 secs\n[OK]\n",
		    bytes);
	}
	buf_fini(&text);
	buf_fini(&why);
	return ERR_OK;
}

static enum err
run_write_terminal(struct conf_session *s, const struct conf_args *a)
{
	return conf_write(
	    control.conf, CONF_WRITE_SET, conf_session_out(s));
}

static enum err
run_clear_sessions(struct conf_session *s, const struct conf_args *a)
{
	workers_clear(conf_arg(a, "host"));
	return ERR_OK;
}

static enum err
run_reload(struct conf_session *s, const struct conf_args *a)
{
	control_reload();
	return ERR_OK;
}

static const struct conf_cmd rows[] = {
	{
		.syntax = "write memory",
		.summary = "Save the running configuration to the file",
		.doc = "Replaces the configuration file atomically. Refused, "
		       "with the reasons, while the configuration is not "
		       "complete: a file that was written can be started.",
		.flags = CONF_ACTION,
		.run = run_write_memory,
	},
	{
		.syntax = "write terminal",
		.summary = "Print the running configuration",
		.doc = "The same as `show running-config`.",
		.flags = CONF_ACTION,
		.run = run_write_terminal,
	},
	{
		.syntax = "clear tls-proxy session [<host>]",
		.summary = "Close TLS connections",
		.doc = "All of them, or those of a peer's name or an IP "
		       "address. Partners open new ones by themselves.",
		.flags = CONF_ACTION,
		.run = run_clear_sessions,
	},
	{
		.syntax = "reload configuration",
		.summary = "Read the configuration file again",
		.doc = "As SIGHUP does: what was typed and not written is "
		       "lost; a file with an error is rejected whole.",
		.flags = CONF_ACTION,
		.run = run_reload,
	},
	{ .syntax = NULL },
};

void
cmd_exec_register(void)
{
	conf_extend(&conf_mode_exec, rows);
}
