/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SOCK_SEQPACKET between control and a worker: one JSON object a packet,
 * file descriptors beside it. Both sides are bounded: a packet is at most
 * LINK_MAX bytes and sending never blocks.
 *
 *   control -> worker  snapshot (fds: memfd, listeners), sessions, clear, drain
 *   worker -> control  ack, verdict, log, sessions, peer
 */
#ifndef PROXY_LINK_H
#define PROXY_LINK_H

#include "base/err.h"

#include <jansson.h>

enum { LINK_MAX = 131072, LINK_FDS = 250 };

/* ERR_BUSY: the other side does not read; the packet is dropped. */
enum err link_send(int fd, const json_t *msg, const int *fds, int n_fds)
    ERR_CHECK;

/*
 * One packet, without blocking: ERR_NOT_FOUND when there is none, ERR_IO when
 * the other side is gone. *msg and the fds are the caller's.
 */
enum err link_receive(int fd, json_t **msg, int *fds, int *n_fds) ERR_CHECK;

/* "t" of a message, or "". */
const char *link_type(const json_t *msg);

#endif
