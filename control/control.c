/* SPDX-License-Identifier: BSD-2-Clause */
/* The control process's life: a start-up table, signals, an orderly end. */
#include "config.h"

#include "control/control.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "control/crypto.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONFIG_MOST = 4 << 20 };

struct control control;

static struct event *signals[4];

/* One datagram to the service manager (systemd's sd_notify protocol). */
static void
notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	if (path == NULL || strlen(path) >= sizeof(sun.sun_path))
		return;
	strcpy(sun.sun_path, path);
	if (path[0] == '@')
		sun.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL,
		(struct sockaddr *)&sun,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) +
		    strlen(path))) < 0)
		log_debug("notify", "%s", strerror(errno));
	close(fd);
}

static void
on_hup(evutil_socket_t fd, short what, void *arg)
{
	notify("RELOADING=1");
	control_reload();
	notify("READY=1");
}

static void
on_term(evutil_socket_t fd, short what, void *arg)
{
	log_stopping(fd == SIGTERM ? "SIGTERM" : "SIGINT");
	notify("STOPPING=1");
	admin_stop();
	workers_drain();
}

static void
on_child(evutil_socket_t fd, short what, void *arg)
{
	/* By pid, so that a job's status stays for the job. */
	siginfo_t info;

	for (;;) {
		int status;
		pid_t pid;

		info.si_pid = 0;
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
		    info.si_pid == 0)
			return;
		pid = info.si_pid;
		if (!workers_is_worker(pid))
			return; /* job.c reaps it; we are called again */
		if (waitpid(pid, &status, WNOHANG) == pid)
			workers_child_ended(pid, status);
	}
}

static void
on_usr1(evutil_socket_t fd, short what, void *arg)
{
	/* stderr belongs to the service manager: there is no file to reopen. */
	log_debug("control", "SIGUSR1: the log is stderr");
}

static enum err
start_signals(void)
{
	static const struct {
		int number;
		event_callback_fn fn;
	} rows[] = { { SIGHUP, on_hup }, { SIGTERM, on_term },
		{ SIGCHLD, on_child }, { SIGUSR1, on_usr1 } };
	static struct event *interrupt;
	size_t i;

	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < countof(rows); i++) {
		signals[i] = evsignal_new(
		    loop_base(), rows[i].number, rows[i].fn, NULL);
		if (signals[i] == NULL || event_add(signals[i], NULL) != 0)
			return ERR_NOMEM;
	}
	interrupt = evsignal_new(loop_base(), SIGINT, on_term, NULL);
	if (interrupt == NULL || event_add(interrupt, NULL) != 0)
		return ERR_NOMEM;
	return ERR_OK;
}

static void
on_load_finding(enum conf_severity sev, struct conf_pos pos, const char *text,
    void *arg)
{
	const char *file = arg;

	if (pos.line > 0)
		fprintf(stderr, "%s:%d:%d: %s%s\n", file, pos.line, pos.col,
		    sev == CONF_WARNING ? "warning: " : "", text);
	else
		fprintf(stderr, "%s: %s%s\n", file,
		    sev == CONF_WARNING ? "warning: " : "", text);
}

/* A missing file is an empty configuration: everything from the shell. */
static enum err
load_config(void)
{
	char *text = NULL;
	size_t n = 0;
	enum err err =
	    file_read(&text, &n, control.opt.config, CONFIG_MOST);

	if (err == ERR_NOT_FOUND) {
		log_conf_warning("there is no configuration file yet; type "
				 "'configure terminal' in sipfed");
		return conf_new(&control.conf);
	}
	if (err) {
		fprintf(stderr, "sipfedd: %s: %s\n", control.opt.config,
		    err == ERR_IO ? strerror(errno) : err_text(err));
		return err;
	}
	if (conf_load(&control.conf, text, n, on_load_finding,
		(void *)control.opt.config) != 0)
		err = ERR_CONF_CHECK;
	mem_free(text);
	return err;
}

static void
on_crypto_changed(const char *trustpoint, void *arg)
{
	control.dirty = true;
}

static void
on_forget(const void *object, void *arg)
{
	admin_forget(object);
}

static enum err
open_store(void)
{
	static struct control_crypto crypto;
	enum err err = file_folder(control.opt.state_dir, 0700);

	if (!err)
		err = pki_store_open(&control.store, control.opt.state_dir);
	if (!err)
		err = keys_load(control.opt.state_dir);
	crypto.store = control.store;
	crypto.material_changed = on_crypto_changed;
	crypto.forget = on_forget;
	control_crypto_init(&crypto);
	return err;
}

static enum err
register_rows(void)
{
	control_register_rows();
	return ERR_OK;
}

static enum err
start_workers(void)
{
	return workers_start(control.opt.workers);
}

static enum err
start_admin(void)
{
	enum err err = admin_start(control.opt.socket);

	if (err == ERR_EXISTS)
		fprintf(stderr, "sipfedd: another sipfedd answers at %s\n",
		    control.opt.socket);
	return err;
}

static enum err
first_apply(void)
{
	struct buf why;

	buf_init(&why, 64 << 10);
	if (control_apply(APPLY_STARTING, &why) != ERR_OK)
		log_rejected(buf_cstr(&why)); /* the shell can repair it */
	buf_fini(&why);
	return ERR_OK;
}

static const struct {
	const char *what;
	enum err (*up)(void);
} parts[] = {
	{ "event loop", loop_init },
	{ "signals", start_signals },
	{ "commands", register_rows },
	{ "configuration", load_config },
	{ "state folder", open_store },
	{ "control socket", start_admin },
	{ "workers", start_workers },
	{ "first configuration", first_apply },
};

static void
on_line(enum log_level level, const char *line, void *arg)
{
	history_line(line);
}

static void
raise_limits(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == 0) {
		lim.rlim_cur = lim.rlim_max;
		setrlimit(RLIMIT_NOFILE, &lim);
	}
}

void
control_register_rows(void)
{
	show_register();
	cmd_exec_register();
	control_crypto_register();
}

int
control_main(const struct control_options *opt)
{
	enum err err = ERR_OK;
	size_t i;

	control.opt = *opt;
	setproctitle("-sipfedd: control");
	hash_init();
	raise_limits();
	log_set_sink(on_line, NULL);
	for (i = 0; i < countof(parts) && !err; i++)
		err = parts[i].up();
	if (err) {
		fprintf(stderr, "sipfedd: %s: %s\n", parts[i - 1].what,
		    err_text(err));
		admin_stop();
		return 1;
	}
	control.started_ms = loop_now_ms();
	log_started(PACKAGE_VERSION, workers_count(), control.opt.socket);
	notify("READY=1");
	loop_run();
	admin_stop();
	pki_store_close(control.store);
	return 0;
}
