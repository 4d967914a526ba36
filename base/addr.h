/* SPDX-License-Identifier: BSD-2-Clause */
/* A socket address (IPv4 or IPv6) as a value, and its text. */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct addr {
	struct sockaddr_storage ss;
	socklen_t len; /* 0: no address */
};

enum { ADDR_TEXT = 64 }; /* bytes that hold any address with its port */

/* An IP literal, IPv6 with or without brackets; ERR_CONF_VALUE otherwise. */
enum err addr_parse(struct addr *out, struct str ip, uint16_t port) ERR_CHECK;
void addr_of(struct addr *out, const struct sockaddr *sa, socklen_t len);
uint16_t addr_port(const struct addr *a);
void addr_set_port(struct addr *a, uint16_t port);
bool addr_equal(const struct addr *a, const struct addr *b); /* with port */
bool addr_same_host(const struct addr *a, const struct addr *b);
/* "192.0.2.1" or "2001:db8::1"; dst holds ADDR_TEXT bytes. Returns dst. */
char *addr_ip(const struct addr *a, char *dst);
/* "192.0.2.1/5061": as the ASA's log lines write it. Returns dst. */
char *addr_slash(const struct addr *a, char *dst);
/* "192.0.2.1:5061" or "[2001:db8::1]:5061": as SIP writes it. Returns dst. */
char *addr_sip(const struct addr *a, char *dst);

#endif
