/* SPDX-License-Identifier: BSD-2-Clause */
/* The request path (RFC 3261 16.3-16.6) and the response path (16.7). */
#ifndef PROXY_FORWARD_H
#define PROXY_FORWARD_H

#include "proxy/session.h"

struct txn;

/* A request arrived; parsed tells whether it is well-formed. Does not own m. */
void forward_request(struct session *s, struct sip_msg *m, enum err parsed);
void forward_response(struct session *s, struct sip_msg *m);

/*
 * Answer a request ourselves, on its session or the peer's pool: the status
 * of why, the reason in a Warning, ms-diagnostics-public where it helps.
 */
void forward_refuse(struct session *s, const struct sip_msg *m, enum err why);
void forward_answer(struct session *s, uint64_t peer, const struct sip_msg *m,
    int status, const char *extra);

/* Our branch: "z9hG4bKsf" unique "." loop; 16 hex digits each. */
enum { FORWARD_BRANCH = 48 };
void forward_branch(char *dst, uint64_t unique, uint64_t loop);
bool forward_branch_read(struct str branch, uint64_t *unique, uint64_t *loop);

#endif
