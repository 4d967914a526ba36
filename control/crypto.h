/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell's crypto commands: keys, enrolment, import, export, show. They
 * read the configuration through the session, change the store, and tell
 * whoever called control_crypto_init() what changed.
 */
#ifndef CONTROL_CRYPTO_H
#define CONTROL_CRYPTO_H

#include "conf/session.h"
#include "tls/pki/pki.h"

struct control_crypto {
	struct pki_store *store;
	/* After every change; NULL: a key pair that no trustpoint uses. */
	void (*material_changed)(const char *trustpoint, void *arg);
	/* A configuration object is about to be freed: every other session
	   must conf_session_forget() it. May be NULL. */
	void (*forget)(const void *object, void *arg);
	void *arg;
};

/* c must live as long as any session. Before the first command. */
void control_crypto_init(struct control_crypto *c);
/* Adds the rows; once, at start-up. */
void control_crypto_register(void);
/*
 * The session is about to be freed: end the work that it waits for. Must be
 * called before conf_session_free().
 */
void control_crypto_session_ended(struct conf_session *s);

#endif
