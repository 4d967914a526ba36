/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON packets with file descriptors: see link.h. */
#include "proxy/link.h"

#include "base/mem.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum err
link_send(int fd, const json_t *msg, const int *fds, int n_fds)
{
	union {
		char space[CMSG_SPACE(sizeof(int) * LINK_FDS)];
		struct cmsghdr align;
	} control;
	struct iovec iov;
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	char *text = json_dumps(msg, JSON_COMPACT);
	enum err err = ERR_OK;

	if (text == NULL)
		return ERR_NOMEM;
	iov = (struct iovec){ text, strlen(text) };
	if (iov.iov_len > LINK_MAX || n_fds > LINK_FDS)
		err = ERR_FULL;
	if (!err && n_fds > 0) {
		size_t bytes = sizeof(int) * (size_t)n_fds;
		struct cmsghdr *c;

		memset(&control, 0, sizeof(control));
		mh.msg_control = control.space;
		mh.msg_controllen = CMSG_SPACE(bytes);
		c = CMSG_FIRSTHDR(&mh);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(bytes);
		memcpy(CMSG_DATA(c), fds, bytes);
	}
	if (!err && sendmsg(fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		err = errno == EAGAIN || errno == ENOBUFS ? ERR_BUSY : ERR_IO;
	mem_free(text);
	return err;
}

static void
take_fds(struct msghdr *mh, int *fds, int *n_fds)
{
	struct cmsghdr *c;

	*n_fds = 0;
	for (c = CMSG_FIRSTHDR(mh); c != NULL; c = CMSG_NXTHDR(mh, c)) {
		size_t bytes;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		bytes = c->cmsg_len - CMSG_LEN(0);
		memcpy(fds, CMSG_DATA(c), bytes);
		*n_fds = (int)(bytes / sizeof(int));
	}
}

enum err
link_receive(int fd, json_t **msg, int *fds, int *n_fds)
{
	static char text[LINK_MAX];
	union {
		char space[CMSG_SPACE(sizeof(int) * LINK_FDS)];
		struct cmsghdr align;
	} control;
	struct iovec iov = { text, sizeof(text) };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space) };
	ssize_t n = recvmsg(fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	*n_fds = 0;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return ERR_NOT_FOUND;
	if (n <= 0)
		return ERR_IO;
	take_fds(&mh, fds, n_fds);
	*msg = json_loadb(text, (size_t)n, 0, NULL);
	if (*msg != NULL && (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
		return ERR_OK;
	json_decref(*msg);
	while (*n_fds > 0)
		close(fds[--*n_fds]);
	return ERR_IO;
}

const char *
link_type(const json_t *msg)
{
	const char *t = json_string_value(json_object_get(msg, "t"));

	return t != NULL ? t : "";
}
