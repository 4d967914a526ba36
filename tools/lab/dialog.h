/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dialogs, and the requests and responses in them. A request outside any
 * dialog has a dialog of its own that never gets a remote side.
 */
#ifndef LAB_DIALOG_H
#define LAB_DIALOG_H

#include "tools/lab/lab.h"
#include "tools/lab/link.h"

enum dialog_kind {
	DIALOG_PROBE,    /* one request */
	DIALOG_WATCHER,  /* we subscribed */
	DIALOG_NOTIFIER, /* they subscribed */
	DIALOG_CALLER,
	DIALOG_CALLED
};

struct dialog {
	enum dialog_kind kind;
	char call_id[160], local_tag[80], remote_tag[160];
	char *local, *remote; /* From and To as we send them */
	char *target;         /* where requests of the dialog go */
	char *route;          /* finished Route lines, or "" */
	unsigned local_cseq, remote_cseq, invite_cseq;
	unsigned notifies, pidfs, notified, messages, talks;
	bool refreshed, terminating, terminated, acked, over;
};

/* What we want to hear on a request. */
enum hope { HOPE_ANY, HOPE_2XX, HOPE_4XX, HOPE_SILENCE };

struct ask {
	const char *method;
	const char *extra; /* finished header lines, or NULL */
	const char *type;  /* of the body */
	const char *body;
	const char *hops;  /* Max-Forwards; NULL: as the role does */
	enum hope hope;
	struct link *link; /* NULL: any */
};

struct txn {
	char branch[64], method[20];
	unsigned cseq;
	unsigned provisional, status; /* the last 1xx, the final; 0: none */
	enum hope hope;
	bool settled;
	long deadline;
	struct dialog *dialog;
	char *request; /* as sent */
	char *response; /* the final, as it came */
};

/* NULL: memory or the table is used up. */
struct dialog *dialog_new(struct lab *l, enum dialog_kind kind);
struct dialog *dialog_accept(struct lab *l, enum dialog_kind kind,
    const struct text *request);
/* The dialog that a request is in; NULL. */
struct dialog *dialog_find(struct lab *l, const struct text *request);
void dialog_free(struct dialog *d);

/* Our Contact URI; our Record-Route value (edge) or "". */
void dialog_contact(const struct lab *l, char *dst, size_t size);
void dialog_own_route(const struct lab *l, char *dst, size_t size);

/* NULL: it could not be sent. ACK gives a transaction that is settled. */
struct txn *dialog_ask(struct lab *l, struct dialog *d, const struct ask *a);
void dialog_answer(struct lab *l, struct link *k, const struct text *request,
    const struct dialog *d, unsigned status, const char *reason,
    const char *extra, const char *type, const char *body);
/* A response came: find what it answers, judge and remember it. */
void dialog_response(struct lab *l, const struct text *t);
/* Complain about what was never answered. */
void dialog_overdue(struct lab *l);
/* Does X-Lab-Digest, if there, fit the body? */
bool dialog_body_whole(const struct text *t);

#endif
