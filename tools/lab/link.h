/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TLS connections with certificates on both sides. Nothing here waits:
 * link_step() moves one link as far as it goes.
 */
#ifndef LAB_LINK_H
#define LAB_LINK_H

#include "tools/lab/lab.h"

enum link_state { LINK_DIALING, LINK_HANDSHAKE, LINK_UP, LINK_DEAD };
enum link_side { LINK_THEIRS, LINK_OURS }; /* who opened it */

struct link {
	int fd;
	SSL *ssl;
	enum link_side side;
	enum link_state state;
	short want; /* what to poll for, beside reading */
	long deadline; /* of the handshake */
	char peer[ADDR_TEXT];
	struct buf in, out;
};

/* The two TLS contexts and the listening socket; false was explained. */
bool link_setup(struct lab *l);
void link_teardown(struct lab *l);
/* Open one toward --connect. NULL: at once refused, or too many. */
struct link *link_open(struct lab *l);
void link_accept(struct lab *l);
void link_step(struct lab *l, struct link *k);
/* Queue one message and try to write it. */
void link_send(struct lab *l, struct link *k, struct str raw);
void link_free(struct link *k);
/* The link for a new request: ours in turn; the other side's without one. */
struct link *link_pick(struct lab *l);
/* Take one whole message off; false: there is none (yet). */
bool link_take(struct lab *l, struct link *k, struct buf *raw);

#endif
