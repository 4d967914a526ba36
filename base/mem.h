/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counted allocation. Every block of the process, also those of OpenSSL,
 * libevent, libosip2 and jansson once mem_hook_libraries() ran, goes through
 * one counter and one fault injector, so that a test can sweep "the n-th
 * allocation fails" over a whole connection.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* All return NULL when memory runs out; never abort. Zero bytes give a block. */
void *mem_alloc(size_t bytes);
void *mem_zalloc(size_t bytes);
void *mem_realloc(void *p, size_t bytes);
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t n);
/* printf into a fresh string; NULL when memory runs out. */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* NULL is fine. */
void mem_free(void *p);

/* Copy s into *field, freeing what was there. False: out of memory, unchanged. */
int mem_set_string(char **field, const char *s);

/* Grow an array so that index n is usable; doubles. False: out of memory. */
#define mem_grow(array, n)                                                     \
	mem_grow_to((void **)&(array), sizeof(*(array)), (n))
int mem_grow_to(void **array, size_t item, size_t n);

#define mem_new(type)  ((type *)mem_zalloc(sizeof(type)))
#define countof(array) (sizeof(array) / sizeof((array)[0]))

/* Route the allocations of the libraries here. First call in main(). */
void mem_hook_libraries(void);

/* Blocks alive now. */
long mem_live(void);

/* Tests: let the n-th allocation from now on (0 = next) and all later fail. */
void mem_fail_after(long n);
void mem_fail_never(void);

#endif
