/* SPDX-License-Identifier: BSD-2-Clause */
/* Socket addresses and their text: see addr.h. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum err
addr_parse(struct addr *out, struct str ip, uint16_t port)
{
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_in *v4 = (struct sockaddr_in *)&out->ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out->ss;

	memset(out, 0, sizeof(*out));
	if (ip.n >= 2 && ip.p[0] == '[' && ip.p[ip.n - 1] == ']')
		ip = str_sub(ip, 1, ip.n - 2);
	if (ip.n == 0 || ip.n >= sizeof(text))
		return ERR_CONF_VALUE;
	str_copy(text, sizeof(text), ip);
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		out->len = sizeof(*v4);
		return ERR_OK;
	}
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		out->len = sizeof(*v6);
		return ERR_OK;
	}
	return ERR_CONF_VALUE;
}

void
addr_of(struct addr *out, const struct sockaddr *sa, socklen_t len)
{
	memset(out, 0, sizeof(*out));
	if (len > sizeof(out->ss))
		len = sizeof(out->ss);
	memcpy(&out->ss, sa, len);
	out->len = len;
}

uint16_t
addr_port(const struct addr *a)
{
	if (a->ss.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&a->ss)->sin6_port);
	return ntohs(((const struct sockaddr_in *)&a->ss)->sin_port);
}

void
addr_set_port(struct addr *a, uint16_t port)
{
	if (a->ss.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&a->ss)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)&a->ss)->sin_port = htons(port);
}

bool
addr_same_host(const struct addr *a, const struct addr *b)
{
	if (a->ss.ss_family != b->ss.ss_family)
		return false;
	if (a->ss.ss_family == AF_INET6)
		return memcmp(&((const struct sockaddr_in6 *)&a->ss)->sin6_addr,
			   &((const struct sockaddr_in6 *)&b->ss)->sin6_addr,
			   sizeof(struct in6_addr)) == 0;
	return ((const struct sockaddr_in *)&a->ss)->sin_addr.s_addr ==
	    ((const struct sockaddr_in *)&b->ss)->sin_addr.s_addr;
}

bool
addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_same_host(a, b) && addr_port(a) == addr_port(b);
}

static const void *
host_of(const struct addr *a)
{
	if (a->ss.ss_family == AF_INET6)
		return &((const struct sockaddr_in6 *)&a->ss)->sin6_addr;
	return &((const struct sockaddr_in *)&a->ss)->sin_addr;
}

char *
addr_ip(const struct addr *a, char *dst)
{
	if (a->len == 0 ||
	    inet_ntop(a->ss.ss_family, host_of(a), dst, ADDR_TEXT) == NULL)
		snprintf(dst, ADDR_TEXT, "-");
	return dst;
}

static char *
join(const struct addr *a, char *dst, const char *before, const char *between)
{
	char ip[INET6_ADDRSTRLEN];

	if (a->len == 0 ||
	    inet_ntop(a->ss.ss_family, host_of(a), ip, sizeof(ip)) == NULL)
		ip[0] = '-', ip[1] = '\0';
	snprintf(dst, ADDR_TEXT, "%s%s%s%u", before, ip, between, addr_port(a));
	return dst;
}

char *
addr_slash(const struct addr *a, char *dst)
{
	return join(a, dst, "", "/");
}

char *
addr_sip(const struct addr *a, char *dst)
{
	return a->ss.ss_family == AF_INET6 ? join(a, dst, "[", "]:")
	                                 : join(a, dst, "", ":");
}
