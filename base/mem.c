/* SPDX-License-Identifier: BSD-2-Clause */
/* Counted allocation with fault injection; single-threaded by design. */
#include "base/mem.h"

#include <event2/event.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long live;
static long countdown = -1; /* allocations until failure; -1: never fail */

static int
injected_failure(void)
{
	if (countdown < 0)
		return 0;
	if (countdown == 0)
		return 1;
	countdown--;
	return 0;
}

void *
mem_alloc(size_t bytes)
{
	void *p;

	if (injected_failure())
		return NULL;
	p = malloc(bytes != 0 ? bytes : 1);
	if (p != NULL)
		live++;
	return p;
}

void *
mem_zalloc(size_t bytes)
{
	void *p = mem_alloc(bytes);

	if (p != NULL)
		memset(p, 0, bytes);
	return p;
}

void *
mem_realloc(void *old, size_t bytes)
{
	void *p;

	if (old == NULL)
		return mem_alloc(bytes);
	if (injected_failure())
		return NULL;
	p = realloc(old, bytes != 0 ? bytes : 1);
	return p;
}

char *
mem_strndup(const char *s, size_t n)
{
	char *p = mem_alloc(n + 1);

	if (p != NULL) {
		if (n != 0)
			memcpy(p, s, n);
		p[n] = '\0';
	}
	return p;
}

char *
mem_strdup(const char *s)
{
	return mem_strndup(s, strlen(s));
}

char *
mem_printf(const char *fmt, ...)
{
	va_list args, again;
	int n;
	char *p = NULL;

	va_start(args, fmt);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	if (n >= 0)
		p = mem_alloc((size_t)n + 1);
	if (p != NULL)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(args);
	return p;
}

void
mem_free(void *p)
{
	if (p == NULL)
		return;
	live--;
	free(p);
}

int
mem_set_string(char **field, const char *s)
{
	char *copy = NULL;

	if (s != NULL && (copy = mem_strdup(s)) == NULL)
		return 0;
	mem_free(*field);
	*field = copy;
	return 1;
}

int
mem_grow_to(void **array, size_t item, size_t n)
{
	/* Growth at powers of two keeps the capacity implicit. */
	size_t cap;
	void *p;

	if (n != 0 && (n < 4 || (n & (n - 1)) != 0))
		return 1;
	cap = n == 0 ? 4 : n * 2;
	if (cap > SIZE_MAX / 2 / item)
		return 0;
	p = mem_realloc(*array, cap * item);
	if (p == NULL)
		return 0;
	*array = p;
	return 1;
}

static void *
crypto_alloc(size_t n, const char *file, int line)
{
	return mem_alloc(n);
}

static void *
crypto_realloc(void *p, size_t n, const char *file, int line)
{
	if (n == 0) {
		mem_free(p);
		return NULL;
	}
	return mem_realloc(p, n);
}

static void
crypto_free(void *p, const char *file, int line)
{
	mem_free(p);
}

void
mem_hook_libraries(void)
{
	CRYPTO_set_mem_functions(crypto_alloc, crypto_realloc, crypto_free);
	event_set_mem_functions(mem_alloc, mem_realloc, mem_free);
	json_set_alloc_funcs(mem_alloc, mem_free);
}

long
mem_live(void)
{
	return live;
}

void
mem_fail_after(long n)
{
	countdown = n;
}

void
mem_fail_never(void)
{
	countdown = -1;
}
