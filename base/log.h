/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log lines. What an operator may read has an id and a row in messages.def,
 * which becomes a typed function log_<name>(); debug text is free. Peer-made
 * text must be escaped (str_escape) by the caller before it gets here; CR and
 * LF never leave this module.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

/* The ASA's (and syslog's) severities. */
enum log_level {
	LOG_ALERT_ = 1, LOG_CRIT_, LOG_ERROR_, LOG_WARN_, LOG_NOTICE_,
	LOG_INFO_, LOG_DEBUG_
};

/* Lines above this level are not written. Default LOG_INFO_. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);
bool log_wanted(enum log_level level);

/* Also hand each finished line (no newline) to fn; NULL: to nobody. */
typedef void log_sink_fn(enum log_level level, const char *line, void *arg);
void log_set_sink(log_sink_fn *fn, void *arg);
void log_set_stderr(bool on);

/* "%SIPFED-6-725001: text", with time, or <6> where journald reads us. */
void log_write(enum log_level level, int id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Write a line made elsewhere (a worker's). */
void log_relay(enum log_level level, const char *line);
void log_debug(const char *tag, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#define LOG_ARGS(...) __VA_ARGS__
#define M(id, level, name, params, format, explanation, action)                \
	static inline void log_##name params                                   \
	{                                                                      \
		if (log_wanted(LOG_##level##_))                                \
			log_write(LOG_##level##_, id, LOG_ARGS format);        \
	}
#include "base/messages.def"
#undef M

#endif
