/* SPDX-License-Identifier: BSD-2-Clause */
/* What a worker tells control: never blocking; what does not fit is lost. */
#ifndef PROXY_REPORT_H
#define PROXY_REPORT_H

#include <jansson.h>

/* From now on verdicts and log lines go to this link. */
void report_start(int link_fd);
void report_ack(json_int_t generation, const char *error); /* NULL: adopted */
/* All sessions in packets of bounded size, the last with "last": true. */
void report_sessions(json_int_t id);

#endif
