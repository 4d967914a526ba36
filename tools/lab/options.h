/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of sipfed-lab, checked. */
#ifndef LAB_OPTIONS_H
#define LAB_OPTIONS_H

#include "base/addr.h"
#include "base/err.h"

#include <stdbool.h>

enum role { ROLE_IMP, ROLE_EDGE };

/* What can be run (--scenario) or expected of the other side (--expect). */
enum deed {
	DEED_PRESENCE,
	DEED_IM,
	DEED_OPTIONS,
	DEED_NEGOTIATE,
	DEED_BENOTIFY,
	DEEDS
};

struct options {
	enum role role;
	const char *who; /* "imp" or "edge" */
	struct addr listen, connect, from; /* len 0: not given */
	const char *cert, *key, *ca;
	const char *peer_name, *sni;
	const char *user, *domain, *peer_user, *peer_domain;
	const char *host; /* our own name in Via, Contact, Record-Route */
	char host_text[ADDR_TEXT + 256];
	unsigned port; /* beside it */
	unsigned connections;
	bool run[DEEDS], expect[DEEDS];
	bool any_run, any_expect;
	bool serve;
	long serve_ms; /* 0: until a signal */
	long timeout_ms;
	const char *ladder;
	bool direct;    /* no proxy between: no Record-Route is fine */
	bool negotiate; /* offer compression on every connect */
	bool tls12;
	int loud; /* 0 quiet, 1 a line a message, 2 whole messages */
};

const char *deed_name(enum deed d);
/* ERR_CONF_SYNTAX after the message went to stderr; *help: just asked. */
enum err options_parse(struct options *o, int argc, char **argv, bool *help)
    ERR_CHECK;

#endif
