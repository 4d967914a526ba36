/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole files: see file.h. */
#include "base/file.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum err
file_read(char **out, size_t *n, const char *path, size_t most)
{
	enum err err = ERR_OK;
	size_t have = 0;
	char *p = NULL;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		err = ERR_IO;
		goto out;
	}
	if ((size_t)st.st_size > most) {
		err = ERR_FULL;
		goto out;
	}
	p = mem_alloc((size_t)st.st_size + 1);
	if (p == NULL) {
		err = ERR_NOMEM;
		goto out;
	}
	while (have < (size_t)st.st_size) {
		ssize_t got = read(fd, p + have, (size_t)st.st_size - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			err = ERR_IO;
			goto out;
		}
		if (got == 0)
			break;
		have += (size_t)got;
	}
	p[have] = '\0';
	*out = p;
	if (n != NULL)
		*n = have;
	p = NULL;
out:
	mem_free(p);
	close(fd);
	return err;
}

static enum err
sync_folder_of(const char *path)
{
	char *copy = mem_strdup(path);
	int fd, rc;

	if (copy == NULL)
		return ERR_NOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	mem_free(copy);
	if (fd < 0)
		return ERR_IO;
	rc = fsync(fd);
	close(fd);
	return rc == 0 ? ERR_OK : ERR_IO;
}

static enum err
write_all(int fd, const char *p, size_t n)
{
	while (n != 0) {
		ssize_t put = write(fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return ERR_IO;
		p += put;
		n -= (size_t)put;
	}
	return fsync(fd) == 0 ? ERR_OK : ERR_IO;
}

enum err
file_replace(const char *path, const void *p, size_t n, mode_t mode)
{
	char *tmp = mem_printf("%s.new", path);
	enum err err = ERR_IO;
	int fd;

	if (tmp == NULL)
		return ERR_NOMEM;
	unlink(tmp); /* left by a crash: never adopt its mode or owner */
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		goto out;
	err = write_all(fd, p, n);
	if (close(fd) != 0)
		err = ERR_IO;
	if (!err && rename(tmp, path) != 0)
		err = ERR_IO;
	if (err)
		unlink(tmp);
	else
		err = sync_folder_of(path);
out:
	mem_free(tmp);
	return err;
}

enum err
file_remove(const char *path)
{
	if (unlink(path) != 0)
		return errno == ENOENT ? ERR_OK : ERR_IO;
	return sync_folder_of(path);
}

enum err
file_folder(const char *path, mode_t mode)
{
	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return ERR_OK;
	return ERR_IO;
}
