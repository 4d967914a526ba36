/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys that all workers share: the token key outlives a restart (STATE_DIR,
 * so that dialogs do), ticket keys do not and rotate every twelve hours, the
 * one before still opening what it sealed.
 */
#include "control/control.h"

#include "base/file.h"
#include "base/mem.h"
#include "sip/token.h"
#include "tls/conn.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TICKET_LIFE_S = 12 * 3600 };

static unsigned char token_key[SIP_TOKEN_KEY];
static struct tls_ticket_keys tickets;
static time_t ticket_born;

enum err
keys_load(const char *state_dir)
{
	char *path = mem_printf("%s/token.key", state_dir);
	char *p = NULL;
	size_t n = 0;
	enum err err;

	if (path == NULL)
		return ERR_NOMEM;
	err = file_read(&p, &n, path, 4096);
	if (!err && n == sizeof(token_key)) {
		memcpy(token_key, p, n);
	} else {
		randombytes_buf(token_key, sizeof(token_key));
		err = file_replace(path, token_key, sizeof(token_key), 0600);
	}
	if (p != NULL)
		sodium_memzero(p, n);
	mem_free(p);
	mem_free(path);
	return err;
}

static void
rotate_tickets(void)
{
	time_t now = time(NULL);

	if (tickets.n != 0 && now - ticket_born < TICKET_LIFE_S)
		return;
	memcpy(tickets.name[1], tickets.name[0], sizeof(tickets.name[0]));
	memcpy(tickets.aes[1], tickets.aes[0], sizeof(tickets.aes[0]));
	memcpy(tickets.mac[1], tickets.mac[0], sizeof(tickets.mac[0]));
	randombytes_buf(tickets.name[0], sizeof(tickets.name[0]));
	randombytes_buf(tickets.aes[0], sizeof(tickets.aes[0]));
	randombytes_buf(tickets.mac[0], sizeof(tickets.mac[0]));
	if (tickets.n < 2)
		tickets.n++;
	ticket_born = now;
}

static json_t *
hex(const unsigned char *p, size_t n)
{
	char text[2 * SIP_TOKEN_KEY + 1];

	sodium_bin2hex(text, sizeof(text), p, n);
	return json_string(text);
}

enum err
keys_add(json_t *snapshot)
{
	json_t *list = json_array();
	unsigned i;

	rotate_tickets();
	json_object_set_new(snapshot, "tokens", json_pack("[{s:i,s:o}]", "id",
	    1, "key", hex(token_key, sizeof(token_key))));
	for (i = 0; i < tickets.n; i++)
		json_array_append_new(list, json_pack("{s:o,s:o,s:o}", "name",
		    hex(tickets.name[i], sizeof(tickets.name[i])), "aes",
		    hex(tickets.aes[i], sizeof(tickets.aes[i])), "mac",
		    hex(tickets.mac[i], sizeof(tickets.mac[i]))));
	return json_object_set_new(snapshot, "tickets", list) == 0
	    ? ERR_OK : ERR_NOMEM;
}
