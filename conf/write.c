/* SPDX-License-Identifier: BSD-2-Clause */
/* The running-config: the rows in their order. */
#include "conf/bind.h"
#include "conf/object.h"

void
conf_write_mode(const struct conf_mode *m, const void *object,
    enum conf_write_what what, int indent, struct buf *out)
{
	const struct conf_cmd *r;

	for (r = m->cmds; r->syntax != NULL; r++) {
		if ((r->flags & CONF_ACTION) != 0)
			continue;
		if (r->bind != NULL)
			conf_bind_write(r, object, what, indent, out);
		else if (r->write != NULL)
			r->write(object, what, out);
	}
}

enum err
conf_write(const struct conf *c, enum conf_write_what what, struct buf *out)
{
	conf_write_mode(&conf_mode_global, c, what, 0, out);
	return buf_error(out);
}
