/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A worker process: snapshots come over the link, connections over its own
 * listening sockets; verdicts and log lines go back. It ends when told to
 * drain, or when control is gone.
 */
#include "proxy/worker.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "proxy/link.h"
#include "proxy/pool.h"
#include "proxy/report.h"
#include "proxy/resolve.h"
#include "proxy/sandbox.h"
#include "proxy/txn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MOST_LISTENERS = LINK_FDS,
	ACCEPTS_A_TURN = 8,
	DRAIN_MS = 5000,
};

static struct snapshot *current;
static struct event *accepts[MOST_LISTENERS];
static size_t n_accepts;
static struct event *link_event, *drain_timer, *drain_poll;
static bool draining, confined;

struct snapshot *
worker_snapshot(void)
{
	return current;
}

static void
on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct snapshot_listener *l = arg;
	int i;

	for (i = 0; i < ACCEPTS_A_TURN; i++) {
		struct sockaddr_storage ss;
		socklen_t len = sizeof(ss);
		struct addr remote;
		enum err err;
		int c = accept4(l->fd, (struct sockaddr *)&ss, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (c < 0) {
			if (errno == EMFILE || errno == ENFILE)
				log_trouble("accept", strerror(errno));
			return;
		}
		addr_of(&remote, (struct sockaddr *)&ss, len);
		err = session_accept(l, current, c, &remote);
		if (err)
			log_debug("worker", "accept: %s", err_text(err));
	}
}

static void
stop_accepting(void)
{
	while (n_accepts > 0)
		loop_event_free(&accepts[--n_accepts]);
}

static enum err
start_accepting(struct snapshot *s)
{
	size_t i;

	for (i = 0; i < s->n_listeners && i < MOST_LISTENERS; i++) {
		accepts[i] = loop_event(s->listeners[i].fd,
		    EV_READ | EV_PERSIST, LOOP_ACCEPT, on_accept,
		    &s->listeners[i]);
		if (accepts[i] == NULL)
			return ERR_NOMEM;
		n_accepts = i + 1;
		event_add(accepts[i], NULL);
	}
	return ERR_OK;
}

/* The old snapshot lives on under its connections, not its listeners. */
static void
close_listeners(struct snapshot *s)
{
	size_t i;

	for (i = 0; i < s->n_listeners; i++) {
		close(s->listeners[i].fd);
		s->listeners[i].fd = -1;
	}
}

static void
adopt(struct snapshot *next)
{
	struct snapshot *old = current;

	stop_accepting();
	current = next;
	log_set_level((enum log_level)next->conf->logging_level);
	pool_adopt_snapshot(next);
	if (resolve_start(next->conf) != ERR_OK)
		log_trouble("DNS", "the resolver does not start");
	session_adopt_snapshot(next);
	pool_reap();
	if (old != NULL)
		close_listeners(old);
	snapshot_unref(old);
	if (start_accepting(next) != ERR_OK)
		log_trouble("listen", err_text(ERR_NOMEM));
	stats->generation = next->generation;
	if (!confined && sandbox_enter() != ERR_OK)
		log_trouble("sandbox", "the worker runs unconfined");
	confined = true;
}

static enum err
build(struct snapshot **out, const int *fds, int n_fds, char *why, size_t size)
{
	struct stat st;
	char *text;
	enum err err;

	if (n_fds < 1 || fstat(fds[0], &st) != 0 || st.st_size == 0)
		return ERR_IO;
	text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fds[0], 0);
	if (text == MAP_FAILED)
		return ERR_IO;
	err = snapshot_build(
	    out, text, (size_t)st.st_size, fds + 1, n_fds - 1, why, size);
	munmap(text, (size_t)st.st_size);
	return err;
}

static void
on_snapshot(const json_t *msg, int *fds, int n_fds)
{
	struct snapshot *next = NULL;
	char why[512] = "";
	enum err err = build(&next, fds, n_fds, why, sizeof(why));
	int i;

	if (n_fds > 0)
		close(fds[0]);
	for (i = 1; err && i < n_fds; i++)
		close(fds[i]);
	if (!err && !draining)
		adopt(next);
	else if (!err)
		snapshot_unref(next);
	report_ack(json_integer_value(json_object_get(msg, "generation")),
	    err ? (why[0] != '\0' ? why : err_text(err)) : NULL);
}

static void
on_drained(evutil_socket_t fd, short what, void *arg)
{
	loop_stop();
}

static void
on_drain_poll(evutil_socket_t fd, short what, void *arg)
{
	if (TAILQ_EMPTY(&sessions))
		loop_stop();
	else
		loop_timer_start(drain_poll, 20);
}

static void
on_drain(const json_t *msg, int *fds, int n_fds)
{
	if (draining)
		return;
	draining = true;
	stop_accepting();
	if (current != NULL)
		close_listeners(current);
	session_finish_all();
	drain_timer = loop_timer(on_drained, NULL);
	drain_poll = loop_timer(on_drain_poll, NULL);
	if (drain_timer == NULL || drain_poll == NULL) {
		loop_stop();
		return;
	}
	loop_timer_start(drain_timer, DRAIN_MS);
	loop_timer_start(drain_poll, 1);
}

static void
on_sessions(const json_t *msg, int *fds, int n_fds)
{
	report_sessions(json_integer_value(json_object_get(msg, "id")));
}

static void
on_clear(const json_t *msg, int *fds, int n_fds)
{
	const char *host = json_string_value(json_object_get(msg, "host"));
	struct session *s, *next;

	for (s = TAILQ_FIRST(&sessions); s != NULL; s = next) {
		char ip[ADDR_TEXT];

		next = TAILQ_NEXT(s, all);
		if (host == NULL ||
		    strcmp(addr_ip(tls_conn_remote(s->conn), ip), host) == 0 ||
		    (s->up && strcmp(s->peer->party.name, host) == 0))
			session_close(s, ERR_TLS_CLOSED);
	}
}

static const struct {
	const char *type;
	void (*run)(const json_t *msg, int *fds, int n_fds);
} requests[] = {
	{ "snapshot", on_snapshot },
	{ "sessions", on_sessions },
	{ "clear", on_clear },
	{ "drain", on_drain },
};

static void
on_link(evutil_socket_t fd, short what, void *arg)
{
	int fds[LINK_FDS], n_fds;
	json_t *msg = NULL;
	enum err err;
	size_t i;

	while ((err = link_receive(fd, &msg, fds, &n_fds)) == ERR_OK) {
		for (i = 0; i < countof(requests); i++)
			if (strcmp(requests[i].type, link_type(msg)) == 0)
				requests[i].run(msg, fds, n_fds);
		json_decref(msg);
	}
	if (err == ERR_IO)
		loop_stop(); /* control is gone: so are we */
}

static enum err
start(void)
{
	enum err err = loop_init();

	if (!err)
		err = stats_attach(&stats, WORKER_STATS_FD);
	if (!err)
		err = txn_start();
	if (err)
		return err;
	fcntl(WORKER_LINK_FD, F_SETFD, FD_CLOEXEC);
	fcntl(WORKER_STATS_FD, F_SETFD, FD_CLOEXEC);
	report_start(WORKER_LINK_FD);
	link_event = loop_event(WORKER_LINK_FD, EV_READ | EV_PERSIST,
	    LOOP_RELAY, on_link, NULL);
	if (link_event == NULL)
		return ERR_NOMEM;
	event_add(link_event, NULL);
	return ERR_OK;
}

static void
stop(void)
{
	struct session *s;

	stop_accepting();
	while ((s = TAILQ_FIRST(&sessions)) != NULL)
		session_close(s, ERR_TLS_CLOSED);
	txn_stop();
	resolve_stop();
	loop_event_free(&link_event);
	loop_event_free(&drain_timer);
	loop_event_free(&drain_poll);
	loop_reap();
	if (current != NULL)
		pool_stop();
	snapshot_unref(current);
	current = NULL;
	loop_fini();
	stats_release(stats);
}

int
worker_main(int index)
{
	setproctitle("-sipfedd: worker %d", index);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN); /* control drains us */
	signal(SIGHUP, SIG_IGN);
	hash_init();
	if (start() != ERR_OK) {
		log_trouble("worker", "it does not start");
		return 1;
	}
	loop_run();
	stop();
	return 0;
}
