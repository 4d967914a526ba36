/* SPDX-License-Identifier: BSD-2-Clause */
/* Jobs: what they return, what stops them, what they inherit. */
#include "config.h"

#include "base/loop.h"
#include "base/mem.h"
#include "control/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct seen {
	int calls;
	enum err err;
	size_t n;
	char text[64];
};

static void
on_done(enum err err, struct str output, void *arg)
{
	struct seen *seen = arg;

	seen->calls++;
	seen->err = err;
	seen->n = output.n;
	str_copy(seen->text, sizeof(seen->text), output);
	loop_stop();
}

static enum err
work_text(int fd, void *arg)
{
	return job_write(fd, str_of(arg));
}

static enum err
work_fail(int fd, void *arg)
{
	enum err err = job_write(fd, STR("half a result"));

	return err ? err : ERR_PKI_PARSE;
}

static enum err
work_forever(int fd, void *arg)
{
	while (pause() == -1)
		;
	return ERR_OK;
}

/* It closes its end, so that no end of the pipe tells the parent. */
static enum err
work_close_and_stay(int fd, void *arg)
{
	close(fd);
	return work_forever(fd, arg);
}

static enum err
work_crash(int fd, void *arg)
{
	raise(SIGKILL);
	return ERR_OK;
}

static enum err
work_much(int fd, void *arg)
{
	static char piece[4096];
	size_t left = *(size_t *)arg;

	while (left != 0) {
		size_t n = left < sizeof(piece) ? left : sizeof(piece);

		if (job_write(fd, (struct str){ piece, n }) != ERR_OK)
			return ERR_IO;
		left -= n;
	}
	return ERR_OK;
}

/* The numbers of the descriptors that are open in the child. */
static enum err
work_list(int fd, void *arg)
{
	char text[256] = "";
	int i;

	for (i = 0; i < 64; i++)
		if (fcntl(i, F_GETFD) != -1)
			snprintf(text + strlen(text),
			    sizeof(text) - strlen(text), "%d ", i);
	return job_write(fd, str_of(text));
}

static size_t at_most = JOB_OUTPUT_MOST, too_much = JOB_OUTPUT_MOST + 1;

static const struct row {
	const char *name;
	job_work_fn *work;
	void *arg;
	long deadline_ms;
	enum err err;
	size_t n;
	const char *text; /* NULL: do not care */
} rows[] = {
	{ "text", work_text, "hello", 10000, ERR_OK, 5, "hello" },
	{ "nothing", work_text, "", 10000, ERR_OK, 0, "" },
	{ "failure", work_fail, NULL, 10000, ERR_PKI_PARSE, 0, "" },
	{ "deadline", work_forever, NULL, 100, ERR_TIMEOUT, 0, "" },
	{ "closed", work_close_and_stay, NULL, 100, ERR_TIMEOUT, 0, "" },
	{ "killed", work_crash, NULL, 10000, ERR_SYSTEM, 0, "" },
	{ "full", work_much, &at_most, 10000, ERR_OK, JOB_OUTPUT_MOST, NULL },
	{ "over", work_much, &too_much, 10000, ERR_FULL, 0, NULL },
	{ "hygiene", work_list, NULL, 10000, ERR_OK, 8, "0 1 2 3 " },
};

static void
test_results(void **state)
{
	size_t i;
	int spare = open("/dev/null", O_RDONLY); /* inherits no O_CLOEXEC */

	for (i = 0; i < countof(rows); i++) {
		const struct row *r = &rows[i];
		struct seen seen = { 0 };
		long live, began = loop_now_ms();

		print_message("# %s\n", r->name);
		live = mem_live();
		assert_int_equal(job_run("test", r->work, r->arg,
		    r->deadline_ms, on_done, &seen), ERR_OK);
		loop_run();
		loop_reap();
		assert_int_equal(seen.calls, 1);
		assert_int_equal(seen.err, r->err);
		assert_int_equal(seen.n, r->n);
		if (r->text != NULL)
			assert_string_equal(seen.text, r->text);
		assert_true(loop_now_ms() - began < 5000);
		if (i > 0) /* the first makes libevent's own tables */
			assert_int_equal(mem_live(), live);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
		assert_int_equal(errno, ECHILD); /* nothing is left */
	}
	close(spare);
}

static void
test_cancel(void **state)
{
	struct seen kept = { 0 }, gone = { 0 };

	assert_int_equal(job_run("test", work_forever, NULL, 60000, on_done,
	    &gone), ERR_OK);
	assert_int_equal(job_run("test", work_text, "kept", 10000, on_done,
	    &kept), ERR_OK);
	job_cancel(&gone);
	loop_run();
	loop_reap();
	assert_int_equal(gone.calls, 0);
	assert_string_equal(kept.text, "kept");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void
test_bound(void **state)
{
	struct seen seen = { 0 };
	int i;

	for (i = 0; i < JOB_MOST; i++)
		assert_int_equal(job_run("test", work_forever, NULL, 60000,
		    on_done, &seen), ERR_OK);
	assert_int_equal(job_run("test", work_forever, NULL, 60000, on_done,
	    &seen), ERR_BUSY);
	job_cancel(&seen);
	loop_reap();
	assert_int_equal(job_run("test", work_text, "again", 10000, on_done,
	    &seen), ERR_OK);
	loop_run();
	loop_reap();
	assert_string_equal(seen.text, "again");
}

static int
setup(void **state)
{
	return loop_init() != ERR_OK;
}

static int
teardown(void **state)
{
	loop_fini();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_bound),
	};

	mem_hook_libraries();
	return cmocka_run_group_tests(tests, setup, teardown);
}
