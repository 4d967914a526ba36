/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole files, read with a bound and written so that a crash loses nothing. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"

#include <stddef.h>
#include <sys/types.h>

/*
 * Read a whole file of at most `most` bytes into *out (NUL-terminated,
 * mem_free). ERR_NOT_FOUND, ERR_FULL, ERR_IO (errno says more), ERR_NOMEM.
 */
enum err file_read(char **out, size_t *n, const char *path, size_t most)
    ERR_CHECK;

/*
 * Replace path by these bytes: temporary file beside it, fsync, rename, fsync
 * of the folder. At any instant the old or the new file is there, whole.
 */
enum err file_replace(const char *path, const void *p, size_t n, mode_t mode)
    ERR_CHECK;

/* Remove, and fsync the folder. A missing file is no error. */
enum err file_remove(const char *path) ERR_CHECK;

/* mkdir -p of one level; an existing folder is no error. */
enum err file_folder(const char *path, mode_t mode) ERR_CHECK;

#endif
