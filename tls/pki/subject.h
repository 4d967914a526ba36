/* SPDX-License-Identifier: BSD-2-Clause */
/* The attribute names of the ASA's subject-name, for parser and display. */
#ifndef TLS_PKI_SUBJECT_H
#define TLS_PKI_SUBJECT_H

#include "base/str.h"

#include <stdbool.h>

enum { PKI_SUBJECT_MOST = 512 }; /* bytes of a configured subject */

/* "cn", "ou", "hostname" ...; NULL for an attribute that has no name here. */
const char *pki_attr_name(int nid);

/* A DNS name: labels of letters, digits, '-' and '_', not an IP address. */
bool pki_host_ok(struct str s);

#endif
