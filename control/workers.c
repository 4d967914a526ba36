/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The workers: started, fed with snapshots, replaced when they die. Their
 * listening sockets belong to control and outlive them, so that a connection
 * that arrives meanwhile waits instead of being refused.
 */
#include "control/control.h"

#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "control/listeners.h"
#include "proxy/link.h"
#include "proxy/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_WORKERS = 64, RESPAWN_MS = 50, RESPAWN_SLOW_MS = 1000 };

struct worker {
	int index;
	pid_t pid;               /* 0: not running */
	int link;
	struct event *link_event, *respawn;
	struct stats_page *stats;
	int stats_fd;
	long born_ms;
	uint64_t acked;          /* generation that it runs */
	char rejected[256];      /* why it refused the last one; or "" */
};

static struct worker workers[MOST_WORKERS];
static int n_workers;
static bool draining;

/* The snapshot that every worker shall run. */
static int memfd = -1;
static uint64_t memfd_generation;

/* --- counters --- */

static char *slots[STATS_PEERS];

int
workers_slot(const char *peer)
{
	int i, spare = 0;

	for (i = 1; i < STATS_PEERS; i++) {
		if (slots[i] == NULL) {
			spare = spare ? spare : i;
			break;
		}
		if (strcmp(slots[i], peer) == 0)
			return i;
	}
	if (spare != 0)
		slots[spare] = mem_strdup(peer);
	return spare != 0 && slots[spare] != NULL ? spare : 0;
}

void
workers_sum(const char *peer, struct stats_peer *out)
{
	int slot = workers_slot(peer), i;

	memset((void *)out, 0, sizeof(*out));
	for (i = 0; i < n_workers; i++) {
		const struct stats_peer *p = &workers[i].stats->peer[slot];

#define S(name, what) out->name += p->name;
#include "proxy/stats.def"
#undef S
	}
}

const struct stats_page *
workers_stats(int index)
{
	return workers[index].stats;
}

bool
workers_is_worker(pid_t pid)
{
	int i;

	for (i = 0; i < n_workers; i++)
		if (workers[i].pid == pid)
			return true;
	return false;
}

int
workers_count(void)
{
	return n_workers;
}

json_t *
workers_json(void)
{
	json_t *list = json_array();
	int i;

	for (i = 0; i < n_workers; i++)
		json_array_append_new(list, json_pack(
		    "{s:i,s:i,s:I,s:I,s:I,s:s}", "index", i, "pid",
		    (int)workers[i].pid, "generation",
		    (json_int_t)workers[i].acked, "sessions",
		    (json_int_t)workers[i].stats->sessions, "transactions",
		    (json_int_t)workers[i].stats->transactions, "rejected",
		    workers[i].rejected));
	return list;
}

/* --- questions to all workers --- */

struct question {
	struct question *next;
	json_int_t id;
	json_t *rows;
	int missing;
	workers_sessions_fn *fn;
	void *arg;
	struct event *deadline;
};

static struct question *questions;
static json_int_t next_question;

static void
question_end(struct question *q, bool tell)
{
	struct question **at;

	for (at = &questions; *at != NULL; at = &(*at)->next)
		if (*at == q) {
			*at = q->next;
			break;
		}
	loop_event_free(&q->deadline);
	if (tell)
		q->fn(q->rows, q->arg);
	else
		json_decref(q->rows);
	mem_free(q);
}

static void
on_question_deadline(evutil_socket_t fd, short what, void *arg)
{
	question_end(arg, true);
}

void
workers_sessions_cancel(void *arg)
{
	struct question *q, *next;

	for (q = questions; q != NULL; q = next) {
		next = q->next;
		if (q->arg == arg)
			question_end(q, false);
	}
}

static void
tell_worker(struct worker *w, json_t *msg)
{
	if (w->pid != 0 && link_send(w->link, msg, NULL, 0) != ERR_OK)
		log_debug("workers", "worker %d does not read", w->index);
}

enum err
workers_sessions(workers_sessions_fn *fn, void *arg)
{
	struct question *q = mem_new(struct question);
	json_t *msg;
	int i;

	if (q == NULL)
		return ERR_NOMEM;
	q->id = ++next_question;
	q->rows = json_array();
	q->fn = fn;
	q->arg = arg;
	q->deadline = loop_timer(on_question_deadline, q);
	msg = json_pack("{s:s,s:I}", "t", "sessions", "id", q->id);
	if (q->rows == NULL || q->deadline == NULL || msg == NULL) {
		json_decref(msg);
		json_decref(q->rows);
		loop_event_free(&q->deadline);
		mem_free(q);
		return ERR_NOMEM;
	}
	q->next = questions;
	questions = q;
	for (i = 0; i < n_workers; i++) {
		tell_worker(&workers[i], msg);
		q->missing += workers[i].pid != 0;
	}
	json_decref(msg);
	loop_timer_start(q->deadline, q->missing != 0 ? 2000 : 0);
	return ERR_OK;
}

void
workers_clear(const char *host)
{
	json_t *msg = json_pack("{s:s,s:s?}", "t", "clear", "host", host);
	int i;

	for (i = 0; msg != NULL && i < n_workers; i++)
		tell_worker(&workers[i], msg);
	json_decref(msg);
}

/* --- what workers say --- */

static void
on_sessions(struct worker *w, json_t *msg)
{
	json_int_t id = json_integer_value(json_object_get(msg, "id"));
	struct question *q;

	for (q = questions; q != NULL && q->id != id; q = q->next)
		;
	if (q == NULL)
		return;
	json_array_extend(q->rows, json_object_get(msg, "rows"));
	if (json_is_true(json_object_get(msg, "last")) && --q->missing == 0)
		question_end(q, true);
}

static bool
all_run(uint64_t generation)
{
	int i;

	for (i = 0; i < n_workers; i++)
		if (workers[i].acked != generation)
			return false;
	return true;
}

static void
on_ack(struct worker *w, json_t *msg)
{
	const char *error = json_string_value(json_object_get(msg, "error"));
	uint64_t generation =
	    (uint64_t)json_integer_value(json_object_get(msg, "generation"));

	str_copy(w->rejected, sizeof(w->rejected), str_of(error));
	if (error != NULL) {
		log_rejected(error);
		return;
	}
	w->acked = generation;
	if (generation == memfd_generation && all_run(generation))
		log_applied(generation);
}

static void
on_verdict(struct worker *w, json_t *msg)
{
	const char *peer = json_string_value(json_object_get(msg, "peer"));

	if (peer != NULL)
		history_verdict(peer, json_incref(json_object_get(msg, "v")));
}

static void
on_log(struct worker *w, json_t *msg)
{
	const char *line = json_string_value(json_object_get(msg, "line"));

	if (line != NULL) /* the worker wrote it to stderr itself */
		history_line(line);
}

static const struct {
	const char *type;
	void (*run)(struct worker *w, json_t *msg);
} reports[] = {
	{ "log", on_log },
	{ "verdict", on_verdict },
	{ "ack", on_ack },
	{ "sessions", on_sessions },
};

static void
on_link(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	int fds[LINK_FDS], n_fds, turn;
	json_t *msg = NULL;
	enum err err = ERR_OK;
	size_t i;

	for (turn = 0; turn < 64 && !err; turn++) {
		err = link_receive(fd, &msg, fds, &n_fds);
		if (err)
			break;
		while (n_fds > 0)
			close(fds[--n_fds]);
		for (i = 0; i < countof(reports); i++)
			if (strcmp(reports[i].type, link_type(msg)) == 0)
				reports[i].run(w, msg);
		json_decref(msg);
	}
	if (err == ERR_IO) /* it is dying: SIGCHLD tells the rest */
		event_del(w->link_event);
}

/* --- life --- */

static enum err
send_snapshot(struct worker *w)
{
	int fds[LINK_FDS], n = 0;
	json_t *msg;
	enum err err;

	if (memfd < 0 || w->pid == 0)
		return ERR_OK;
	fds[n++] = memfd;
	err = listeners_fds(w->index, fds, &n, LINK_FDS);
	msg = json_pack("{s:s,s:I}", "t", "snapshot", "generation",
	    (json_int_t)memfd_generation);
	if (!err)
		err = msg == NULL ? ERR_NOMEM : link_send(w->link, msg, fds, n);
	json_decref(msg);
	return err;
}

/* Only async-signal-safe calls between fork and exec. */
static void
become_worker(int link, int stats_fd, char *const argv[])
{
	/* The two may stand where the other belongs: move both away first. */
	int a = fcntl(link, F_DUPFD, 10), b = fcntl(stats_fd, F_DUPFD, 10);
	sigset_t none;

	dup2(a, WORKER_LINK_FD);
	dup2(b, WORKER_STATS_FD);
	close(a);
	close(b);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv("/proc/self/exe", argv);
	_exit(127);
}

static enum err
spawn(struct worker *w)
{
	char number[16];
	char *argv[] = { (char *)"sipfedd", (char *)"--worker", number, NULL };
	int pair[2], size = 1 << 20;

	snprintf(number, sizeof(number), "%d", w->index);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return ERR_SYSTEM;
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	w->pid = fork();
	if (w->pid == 0)
		become_worker(pair[1], w->stats_fd, argv);
	close(pair[1]);
	if (w->pid < 0) {
		w->pid = 0;
		close(pair[0]);
		return ERR_SYSTEM;
	}
	w->link = pair[0];
	w->born_ms = loop_now_ms();
	w->link_event = loop_event(
	    w->link, EV_READ | EV_PERSIST, LOOP_RELAY, on_link, w);
	if (w->link_event == NULL)
		return ERR_NOMEM;
	event_add(w->link_event, NULL);
	return send_snapshot(w);
}

static void
on_respawn(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	enum err err = spawn(w);

	if (err) {
		log_trouble("worker", err_text(err));
		if (w->pid == 0)
			loop_timer_start(w->respawn, RESPAWN_SLOW_MS);
	}
}

enum err
workers_start(int n)
{
	enum err err = ERR_OK;
	int i;

	n_workers = n < MOST_WORKERS ? n : MOST_WORKERS;
	for (i = 0; i < n_workers && !err; i++) {
		struct worker *w = &workers[i];

		w->index = i;
		w->respawn = loop_timer(on_respawn, w);
		err = stats_create(&w->stats, &w->stats_fd);
		if (!err && w->respawn == NULL)
			err = ERR_NOMEM;
		if (!err)
			err = spawn(w);
	}
	return err;
}

static void
forget_connections(struct worker *w)
{
	int i;

	/* Gauges died with the process; counters go on. */
	w->stats->sessions = w->stats->transactions = 0;
	for (i = 0; i < STATS_PEERS; i++)
		w->stats->peer[i].conns_in = w->stats->peer[i].conns_out = 0;
}

void
workers_child_ended(pid_t pid, int status)
{
	char how[64];
	int i, left = 0;

	for (i = 0; i < n_workers; i++) {
		struct worker *w = &workers[i];

		if (w->pid == pid) {
			w->pid = 0;
			w->acked = 0;
			on_link(w->link, 0, w); /* its last words */
			loop_event_free(&w->link_event);
			close(w->link);
			forget_connections(w);
			snprintf(how, sizeof(how), WIFSIGNALED(status)
				? "was ended by signal %d"
				: "exited with status %d",
			    WIFSIGNALED(status) ? WTERMSIG(status)
						: WEXITSTATUS(status));
			if (!draining) {
				log_worker_died(w->index, how);
				/* Not in a tight circle if it dies at once. */
				loop_timer_start(w->respawn,
				    loop_now_ms() - w->born_ms < 1000
					? RESPAWN_MS * 4 : RESPAWN_MS);
			}
		}
		left += w->pid != 0;
	}
	if (draining && left == 0)
		loop_stop();
}

void
workers_drain(void)
{
	json_t *msg = json_pack("{s:s}", "t", "drain");
	int i, left = 0;

	draining = true;
	for (i = 0; i < n_workers; i++) {
		tell_worker(&workers[i], msg);
		left += workers[i].pid != 0;
	}
	json_decref(msg);
	if (left == 0)
		loop_stop();
}

/* --- snapshots --- */

static enum err
seal(int *out, const char *text, size_t n)
{
	int fd = memfd_create("sipfed-snapshot", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t at = 0;

	if (fd < 0)
		return ERR_SYSTEM;
	while (at < n) {
		ssize_t put = write(fd, text + at, n - at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			close(fd);
			return ERR_SYSTEM;
		}
		at += (size_t)put;
	}
	if (fcntl(fd, F_ADD_SEALS,
		F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
		close(fd);
		return ERR_SYSTEM;
	}
	*out = fd;
	return ERR_OK;
}

enum err
workers_snapshot(const struct conf *c, json_t *snapshot)
{
	json_t *list = NULL;
	char *text = NULL;
	enum err err = listeners_update(c, n_workers, &list);
	int fd = -1, i;

	if (err)
		return err;
	json_object_set_new(snapshot, "listeners", list);
	text = json_dumps(snapshot, JSON_COMPACT);
	err = text == NULL ? ERR_NOMEM : seal(&fd, text, strlen(text));
	if (text != NULL) {
		explicit_bzero(text, strlen(text));
		mem_free(text);
	}
	if (err)
		return err;
	if (memfd >= 0)
		close(memfd);
	memfd = fd;
	memfd_generation = (uint64_t)json_integer_value(
	    json_object_get(snapshot, "generation"));
	for (i = 0; i < n_workers; i++)
		if (send_snapshot(&workers[i]) != ERR_OK)
			log_trouble("worker", "it does not take a snapshot");
	listeners_drop_unused();
	return ERR_OK;
}
