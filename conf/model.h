/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration as data: one struct conf is a candidate or a snapshot.
 * Filled by the command rows (conf/cmd_*.c); read by control and workers.
 * Every name that refers to another object keeps where it was written, so
 * that a dangling one is reported with line and column.
 */
#ifndef CONF_MODEL_H
#define CONF_MODEL_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct conf_pos {
	int line, col; /* from 1; 0: typed in a shell */
};

/* A reference by name. */
struct conf_ref {
	char *name; /* NULL: not set */
	struct conf_pos pos;
};

struct conf_strings {
	char **v;
	size_t n;
};

enum conf_enrollment { CONF_ENROLL_NONE, CONF_ENROLL_SELF,
	CONF_ENROLL_TERMINAL, CONF_ENROLL_URL };

/* crypto ca trustpoint NAME */
struct conf_trustpoint {
	struct conf_trustpoint *next;
	char *name;
	struct conf_pos pos;
	enum conf_enrollment enrollment;
	char *url;
	unsigned retry_count, retry_period; /* times; minutes */
	char *fqdn;             /* NULL: default (hostname.domain); "none" */
	char *subject_name;
	char *keypair;
	char *ip_address, *email;
	bool serial_number;
	char *password;
	char *client_types;     /* "ssl", ... or NULL */
	char *validation_usage; /* words, or NULL */
	char *id_usage;
	char *revocation_check; /* "ocsp crl none"; NULL: none */
	char *ocsp_url;
	bool ocsp_disable_nonce;
	bool accept_subordinates, ca_check, ignore_ssl_keyusage,
	    proxy_ldc_issuer;
	char *hex;              /* pasted 'crypto ca certificate chain' block */
};

struct conf_listen {
	char *ip;
	unsigned port;
	struct conf_pos pos;
};

/* interface NAME */
struct conf_interface {
	struct conf_interface *next;
	char *name;
	struct conf_pos pos;
	struct conf_listen *listen;
	size_t n_listen;
	char *fqdn;              /* Via and Record-Route host here; or NULL */
	struct conf_ref identity; /* for callers that match no peer yet */
};

/* federation */
struct conf_federation {
	bool set;
	struct conf_pos pos;
	char *routing_fqdn;
	struct conf_pos routing_fqdn_pos;
	struct conf_strings domains;
	bool discovery_dns;
};

struct conf_address {
	char *host;          /* IP literal or FQDN */
	unsigned port;       /* 5061 */
	unsigned priority;   /* 1.. lower first */
};

enum conf_peer_type { CONF_PEER_GENERIC, CONF_PEER_IMP, CONF_PEER_LYNC,
	CONF_PEER_OCS, CONF_PEER_AOL };
enum conf_side { CONF_SIDE_UNSET, CONF_SIDE_INSIDE, CONF_SIDE_OUTSIDE };
enum conf_identity_check { CONF_ID_SAN_OR_CN, CONF_ID_SAN, CONF_ID_CN };
enum conf_eku { CONF_EKU_ROLE, CONF_EKU_BOTH, CONF_EKU_EXACT, CONF_EKU_ANY };

/* peer NAME; "type" presets defaults, see conf/preset.c */
struct conf_peer {
	struct conf_peer *next;
	char *name;
	struct conf_pos pos;
	enum conf_peer_type type;
	enum conf_side side;         /* conf_peer_side() decides when unset */
	bool shutdown;
	struct conf_ref interface;
	struct conf_address *address;
	size_t n_address;
	char *srv;                   /* domain of _sipfederationtls._tcp */
	struct conf_strings fqdns;   /* expected names */
	struct conf_strings domains; /* it may speak for these */
	struct conf_ref identity;        /* both roles */
	struct conf_ref identity_server; /* or NULL: identity */
	struct conf_ref identity_client;
	struct conf_ref *validate;
	size_t n_validate;
	enum conf_identity_check identity_check;
	bool identity_check_set;
	enum conf_eku eku;
	bool eku_set;
	bool allow_wildcard, allow_anonymous;
	bool tls_legacy;
	char *tls_min, *tls_max;     /* "tlsv1.2"; NULL: default */
	char *ciphers;               /* words as configured; NULL: default */
	struct conf_ref inspect;     /* a policy-map type inspect sip */
};

/* policy-map type inspect sip NAME / parameters */
enum conf_action { CONF_ACT_NONE, CONF_ACT_DROP, CONF_ACT_DROP_CONNECTION,
	CONF_ACT_RESET, CONF_ACT_LOG };
struct conf_inspect {
	struct conf_inspect *next;
	char *name;
	struct conf_pos pos;
	enum conf_action max_forwards;
	bool max_forwards_log;
};

struct conf {
	char *hostname;              /* default "sipfed" */
	char *domain_name;
	unsigned max_sessions;       /* tls-proxy maximum-session; default 10000 */
	unsigned logging_level;      /* 0..7; default 6 */
	unsigned handshake_s, idle_s; /* timeout handshake/idle; 10, 3600 */
	struct conf_strings name_servers; /* dns name-server IP [port N] */
	struct conf_trustpoint *trustpoints;
	struct conf_interface *interfaces;
	struct conf_federation federation;
	struct conf_peer *peers;
	struct conf_inspect *inspects;
};

enum err conf_new(struct conf **out) ERR_CHECK; /* defaults */
void conf_free(struct conf *c);

struct conf_trustpoint *conf_trustpoint(const struct conf *c, const char *name);
struct conf_interface *conf_interface(const struct conf *c, const char *name);
struct conf_peer *conf_peer(const struct conf *c, const char *name);
struct conf_inspect *conf_inspect(const struct conf *c, const char *name);

/* Remove a block by name: ERR_NOT_FOUND. References to it are not looked at. */
enum err conf_trustpoint_remove(struct conf *c, const char *name);
enum err conf_interface_remove(struct conf *c, const char *name);
enum err conf_peer_remove(struct conf *c, const char *name);
enum err conf_inspect_remove(struct conf *c, const char *name);
void conf_federation_clear(struct conf *c);

/* Effective values: what is set, else the type's preset. */
enum conf_side conf_peer_side(const struct conf_peer *p);
enum conf_identity_check conf_peer_identity_check(const struct conf_peer *p);
enum conf_eku conf_peer_eku(const struct conf_peer *p);
/* OpenSSL cipher list for the configured words; mem_free. NULL: default. */
char *conf_peer_cipher_list(const struct conf_peer *p);

/* One finding of a check; errors reject the configuration. */
enum conf_severity { CONF_ERROR, CONF_WARNING };
typedef void conf_report_fn(enum conf_severity sev, struct conf_pos pos,
    const char *text, void *arg);

/*
 * References by name and contradictions of a whole configuration: unknown
 * trust-point, interface, policy-map ("did you mean"), peer without interface,
 * fqdn or address, domain claimed twice, federation without routing-fqdn, the
 * same listen twice ... Returns the number of errors.
 */
unsigned conf_check(const struct conf *c, conf_report_fn *report, void *arg);

/*
 * A whole file or text: full words only, indentation decides the sub-mode.
 * Reports every error (syntax, then conf_check), not just the first. Returns
 * the number of errors; *out is given only when there is none.
 */
unsigned conf_load(struct conf **out, const char *text, size_t n,
    conf_report_fn *report, void *arg);

/* The running-config, row order; defaults left out unless `all`. */
enum conf_write_what { CONF_WRITE_SET, CONF_WRITE_ALL };
enum err conf_write(const struct conf *c, enum conf_write_what what,
    struct buf *out) ERR_CHECK;

#endif
