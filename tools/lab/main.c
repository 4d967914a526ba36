/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sipfed-lab: an IM and Presence node or an Access Edge for people who have
 * none. It shares no SIP and no TLS code with the proxy, so that a mistake
 * there is not repeated here. Exit status 0 only when all was as it should.
 */
#include "tools/lab/run.h"

#include "base/mem.h"

#include <errno.h>
#include <string.h>

volatile sig_atomic_t lab_stop;

static void
on_signal(int sig)
{
	lab_stop = 1;
}

static void
signals(void)
{
	struct sigaction stop = { .sa_handler = on_signal };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static void
tear_down(struct lab *l)
{
	size_t i;

	link_teardown(l);
	for (i = 0; i < DIALOGS; i++)
		dialog_free(l->dialogs[i]);
	for (i = 0; i < TXNS; i++)
		if (l->txns[i] != NULL) {
			mem_free(l->txns[i]->request);
			mem_free(l->txns[i]->response);
			mem_free(l->txns[i]);
		}
	if (l->ladder != NULL)
		fclose(l->ladder);
}

static int
work(struct lab *l)
{
	unsigned bad = 0;

	if (l->o.ladder != NULL) {
		l->ladder = fopen(l->o.ladder, "ae");
		if (l->ladder == NULL) {
			fprintf(stderr, "sipfed-lab: %s: %s\n", l->o.ladder,
			    strerror(errno));
			return 2;
		}
	}
	if (!link_setup(l))
		return 2;
	if (l->o.any_run)
		bad = run_all(l);
	run_serve(l);
	bad += run_expected(l);
	if (l->unexpected > 0)
		printf("unexpected: %u\n", l->unexpected);
	return bad + l->unexpected > 0 ? 1 : 0;
}

int
main(int argc, char **argv)
{
	static struct lab l;
	bool help;
	int status;

	mem_hook_libraries();
	setvbuf(stdout, NULL, _IOLBF, 0);
	l.listen_fd = -1;
	if (options_parse(&l.o, argc, argv, &help) != ERR_OK)
		return 2;
	if (help)
		return 0;
	signals();
	status = work(&l);
	tear_down(&l);
	return status;
}
