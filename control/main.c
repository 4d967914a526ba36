/* SPDX-License-Identifier: BSD-2-Clause */
/* sipfedd: arguments, then the process that they ask for. */
#include "config.h"

#include "base/mem.h"
#include "conf/cmd.h"
#include "control/control.h"
#include "proxy/worker.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: sipfedd [-f CONFIG] [-d STATE_DIR] [-s CONTROL_SOCKET]\n"
    "               [-w WORKERS] [-t]\n"
    "  -f CONFIG          configuration file (/etc/sipfed/sipfed.conf)\n"
    "  -d STATE_DIR       keys and certificates (/var/lib/sipfed)\n"
    "  -s CONTROL_SOCKET  where sipfed connects (/run/sipfed/control.sock)\n"
    "  -w WORKERS         worker processes (one a CPU)\n"
    "  -t                 check CONFIG, print FILE:LINE:COL: message, exit\n"
    "  --doc              print the reference of all commands\n"
    "  --version          print the version\n";

static int
print_doc(void)
{
	struct buf out;
	enum err err;

	buf_init(&out, 4 << 20);
	control_register_rows();
	err = conf_doc(&out);
	if (!err)
		fwrite(buf_str(&out).p, 1, buf_len(&out), stdout);
	buf_fini(&out);
	return err ? 1 : 0;
}

static int
number(const char *text, int most)
{
	uint64_t v;

	if (!str_to_uint(str_of(text), (uint64_t)most, &v) || v == 0) {
		fprintf(stderr, "sipfedd: -w takes a number from 1 to %d\n",
		    most);
		exit(2);
	}
	return (int)v;
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "worker", required_argument, NULL, 'W' },
		{ "doc", no_argument, NULL, 'D' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct control_options opt = {
		.config = "/etc/sipfed/sipfed.conf",
		.state_dir = "/var/lib/sipfed",
		.socket = "/run/sipfed/control.sock",
		.workers = (int)sysconf(_SC_NPROCESSORS_ONLN),
	};
	bool check = false;
	int c;

	mem_hook_libraries();
	while ((c = getopt_long(argc, argv, "f:d:s:w:th", longs, NULL)) != -1) {
		switch (c) {
		case 'f': opt.config = optarg; break;
		case 'd': opt.state_dir = optarg; break;
		case 's': opt.socket = optarg; break;
		case 'w': opt.workers = number(optarg, 64); break;
		case 't': check = true; break;
		case 'W': return worker_main(atoi(optarg));
		case 'D': return print_doc();
		case 'V': puts(PACKAGE_STRING); return 0;
		case 'h': fputs(usage, stdout); return 0;
		default: fputs(usage, stderr); return 2;
		}
	}
	if (optind != argc) {
		fputs(usage, stderr);
		return 2;
	}
	if (opt.workers < 1)
		opt.workers = 1;
	return check ? control_check(&opt) : control_main(&opt);
}
