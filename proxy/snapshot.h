/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a worker runs on: the configuration and the material it names, built
 * aside from one sealed memfd and swapped in by pointer. Shared and immutable
 * but for counters and resolved addresses; connections keep the snapshot they
 * began with alive.
 */
#ifndef PROXY_SNAPSHOT_H
#define PROXY_SNAPSHOT_H

#include "base/addr.h"
#include "conf/model.h"
#include "proxy/stats.h"
#include "sip/token.h"
#include "tls/conn.h"

#include <jansson.h>

struct snapshot;

/* One configured partner as a worker sees it. */
struct peer {
	struct snapshot *snap;
	const struct conf_peer *conf;
	const struct conf_interface *interface;
	const struct conf_inspect *inspect; /* or NULL */
	uint64_t id;            /* sip_token_peer_id() of its name */
	enum conf_side side;
	struct stats_peer *stats;
	struct tls_party party;
	char *down;             /* why it is not usable; NULL: it is */
	char host[272];         /* our Via and Record-Route "host:port" to it */
};

/* One listening socket of an interface. */
struct snapshot_listener {
	const struct conf_interface *interface;
	struct tls_front *front;
	struct addr local;
	int fd;                 /* owned by the snapshot's builder */
};

struct snapshot {
	unsigned refs;
	uint64_t generation;
	struct conf *conf;
	struct peer *peers;
	size_t n_peers;
	struct tls_front *fronts;    /* one an interface */
	size_t n_fronts;
	struct snapshot_listener *listeners;
	size_t n_listeners;
	struct sip_token_keys tokens;
	struct tls_ticket_keys tickets;
};

/*
 * Build from the JSON text of the memfd. Every failure names its cause in
 * `why` (NUL-terminated, size bytes) and leaves nothing behind. fds[i] are
 * listening sockets in the order of the text's "listeners".
 */
enum err snapshot_build(struct snapshot **out, const char *text, size_t n,
    const int *fds, int n_fds, char *why, size_t size) ERR_CHECK;
struct snapshot *snapshot_ref(struct snapshot *s);
void snapshot_unref(struct snapshot *s);

struct peer *snapshot_peer(const struct snapshot *s, uint64_t id);
/* The peer that may speak for this domain; NULL: none. */
struct peer *snapshot_peer_of_domain(const struct snapshot *s,
    struct str domain);
/* The peer that this host names by fqdn or address; NULL: none. */
struct peer *snapshot_peer_of_host(const struct snapshot *s, struct str host);
/* The first usable inside peer; NULL: none. */
struct peer *snapshot_inside_peer(const struct snapshot *s);
/* One of the federation's own domains? */
bool snapshot_own_domain(const struct snapshot *s, struct str domain);
/* A name or address of ours, at a port that we listen on (0: 5061)? */
bool snapshot_is_us(const struct snapshot *s, struct str host, uint16_t port);
/* May this peer speak for the domain (DESIGN 4, rulings)? */
bool peer_speaks_for(const struct peer *p, struct str domain);

#endif
