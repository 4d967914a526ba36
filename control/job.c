/* SPDX-License-Identifier: BSD-2-Clause */
/* Forked, time-limited work: see job.h. Children are reaped by their pid. */
#include "config.h"

#include "control/job.h"

#include "base/buf.h"
#include "base/loop.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REAP_AGAIN_MS = 10, FD_OUT = 3 };

struct job {
	struct job *next;
	pid_t pid;
	int fd;
	struct event *readable, *timer;
	struct buf out;
	long deadline;     /* by loop_now_ms() */
	enum err killed;   /* why we killed it; ERR_OK: we did not */
	bool closed;       /* the child closed its end */
	job_done_fn *done;
	void *done_arg;
	struct grave grave;
};

static struct job *jobs;
static size_t n_jobs;

/* --- in the child --- */

static void
reset_signals(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		if (i != SIGPIPE)
			sigaction(i, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Sockets, the store, other children's pipes: none of the job's business. */
static int
keep_only(int fd)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || (fd = fcntl(fd, F_DUPFD, FD_OUT)) < 0)
		return -1;
	if (dup2(null, 0) < 0 || dup2(null, 1) < 0)
		return -1;
	if (fd != FD_OUT && dup2(fd, FD_OUT) < 0)
		return -1;
	return close_range(FD_OUT + 1, ~0U, 0) == 0 ? FD_OUT : -1;
}

static _Noreturn void
child(const char *title, job_work_fn *work, void *arg, int fd, pid_t parent)
{
	reset_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(ERR_SYSTEM);
	setproctitle("-sipfedd: job %s", title);
	fd = keep_only(fd);
	_exit(fd < 0 ? ERR_SYSTEM : (int)work(fd, arg));
}

enum err
job_write(int fd_out, struct str text)
{
	while (text.n != 0) {
		ssize_t n = write(fd_out, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_IO;
		text = str_from(text, (size_t)n);
	}
	return ERR_OK;
}

/* --- in the parent --- */

static void
job_free(void *object)
{
	struct job *j = object;

	loop_event_free(&j->readable);
	loop_event_free(&j->timer);
	if (j->out.p != NULL) /* it may hold a private key */
		explicit_bzero(j->out.p, j->out.cap);
	buf_fini(&j->out);
	if (j->fd >= 0)
		close(j->fd);
	mem_free(j);
}

static void
job_unlink(struct job *j)
{
	struct job **at;

	for (at = &jobs; *at != j; at = &(*at)->next)
		;
	*at = j->next;
	n_jobs--;
	event_del(j->readable);
	event_del(j->timer);
}

static void
job_finish(struct job *j, int status)
{
	enum err err = ERR_SYSTEM;

	if (j->killed)
		err = j->killed;
	else if (WIFEXITED(status) && WEXITSTATUS(status) < ERR_COUNT)
		err = (enum err)WEXITSTATUS(status);
	job_unlink(j);
	j->done(err, err ? STR_EMPTY : buf_str(&j->out), j->done_arg);
	loop_bury(&j->grave, job_free, j);
	/* Who handles SIGCHLD may have stopped at our child: look again. */
	raise(SIGCHLD);
}

static void
job_kill(struct job *j, enum err why)
{
	if (j->killed)
		return;
	j->killed = why;
	event_del(j->readable);
	kill(j->pid, SIGKILL);
}

/* A pipe's end comes a moment before the exit: ask again until then. */
static void
job_reap(struct job *j)
{
	int status = -1;
	pid_t pid = waitpid(j->pid, &status, WNOHANG);

	if (pid == 0 || (pid < 0 && errno == EINTR))
		loop_timer_start(j->timer, REAP_AGAIN_MS);
	else
		job_finish(j, pid == j->pid ? status : -1);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct job *j = arg;

	if (loop_now_ms() >= j->deadline)
		job_kill(j, ERR_TIMEOUT);
	if (j->killed || j->closed)
		job_reap(j);
	else
		loop_timer_start(j->timer, j->deadline - loop_now_ms());
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	enum { PIECE = 16384 };
	struct job *j = arg;
	char piece[PIECE];
	ssize_t n = read(j->fd, piece, sizeof(piece));
	enum err err = ERR_OK;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		err = buf_add(&j->out, piece, (size_t)n);
	explicit_bzero(piece, sizeof(piece));
	if (n > 0 && !err)
		return;
	if (err)
		job_kill(j, err);
	event_del(j->readable);
	j->closed = true;
	job_reap(j);
}

/* Forks with all signals blocked: a handler of ours must not run in it. */
static pid_t
fork_job(const char *title, job_work_fn *work, void *arg, int fd)
{
	sigset_t all, before;
	pid_t parent = getpid(), pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		child(title, work, arg, fd, parent);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

static enum err
job_new(struct job **out, int fd, long deadline_ms)
{
	struct job *j = mem_new(struct job);

	if (j == NULL) {
		close(fd);
		return ERR_NOMEM;
	}
	j->fd = fd;
	j->deadline = loop_now_ms() + deadline_ms;
	buf_init(&j->out, JOB_OUTPUT_MOST);
	j->readable = loop_event(
	    fd, EV_READ | EV_PERSIST, LOOP_HANDSHAKE, on_readable, j);
	j->timer = loop_timer(on_timer, j);
	if (j->readable == NULL || j->timer == NULL) {
		job_free(j);
		return ERR_NOMEM;
	}
	*out = j;
	return ERR_OK;
}

enum err
job_run(const char *title, job_work_fn *work, void *arg, long deadline_ms,
    job_done_fn *done, void *done_arg)
{
	struct job *j;
	enum err err;
	int fds[2];

	if (n_jobs >= JOB_MOST)
		return ERR_BUSY;
	if (pipe2(fds, O_CLOEXEC) != 0)
		return ERR_SYSTEM;
	err = job_new(&j, fds[0], deadline_ms);
	if (err) {
		close(fds[1]);
		return err;
	}
	/* Our end only: the child may block when it writes. */
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	j->pid = fork_job(title, work, arg, fds[1]);
	close(fds[1]);
	if (j->pid < 0) {
		job_free(j);
		return ERR_SYSTEM;
	}
	j->done = done;
	j->done_arg = done_arg;
	j->next = jobs;
	jobs = j;
	n_jobs++;
	event_add(j->readable, NULL);
	loop_timer_start(j->timer, deadline_ms);
	return ERR_OK;
}

void
job_cancel(const void *done_arg)
{
	struct job *j, *next;

	for (j = jobs; j != NULL; j = next) {
		next = j->next;
		if (j->done_arg != done_arg)
			continue;
		job_kill(j, ERR_TIMEOUT);
		job_unlink(j);
		while (waitpid(j->pid, NULL, 0) < 0 && errno == EINTR)
			;
		loop_bury(&j->grave, job_free, j);
		raise(SIGCHLD);
	}
}
