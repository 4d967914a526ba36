/* SPDX-License-Identifier: BSD-2-Clause */
/* One simulated partner: what its parts share. */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include "tools/lab/options.h"
#include "tools/lab/text.h"

#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>

enum { LINKS = 64, DIALOGS = 512, TXNS = 512 };

struct link;
struct dialog;
struct txn;

struct lab {
	struct options o;
	SSL_CTX *server, *client;
	int listen_fd; /* -1: none */
	struct link *links[LINKS];
	size_t next_link;
	struct dialog *dialogs[DIALOGS];
	struct txn *txns[TXNS];
	size_t next_txn;
	FILE *ladder;
	unsigned done[DEEDS]; /* what the other side did toward us, whole */
	unsigned unexpected;
};

extern volatile sig_atomic_t lab_stop;

long lab_now(void); /* monotonic, ms */
/* Count and print what should not have happened. */
void lab_unexpected(struct lab *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void lab_say(const struct lab *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Move everything on once, waiting for at most ms. */
void lab_turn(struct lab *l, long ms);
/* n lower-case hexadecimal digits of chance; dst holds n + 1. */
void lab_random(char *dst, size_t n);

#endif
