/* SPDX-License-Identifier: BSD-2-Clause */
/* Confinement of a worker by seccomp: see sandbox.h. */
#include "config.h"

#include "proxy/sandbox.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>

#if defined(HAVE_SECCOMP) && !defined(SANITIZERS)
#include <seccomp.h>

static const int forbidden[] = {
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
	SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root),
	SCMP_SYS(chroot), SCMP_SYS(unlink), SCMP_SYS(unlinkat),
	SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
	SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rmdir), SCMP_SYS(link),
	SCMP_SYS(linkat), SCMP_SYS(symlink), SCMP_SYS(symlinkat),
	SCMP_SYS(chmod), SCMP_SYS(fchmodat), SCMP_SYS(chown),
	SCMP_SYS(fchownat), SCMP_SYS(truncate), SCMP_SYS(creat),
	SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(bpf), SCMP_SYS(keyctl),
	SCMP_SYS(init_module), SCMP_SYS(kexec_load), SCMP_SYS(reboot),
};

static int
forbid_writing(scmp_filter_ctx ctx, int call, unsigned flags_arg)
{
	static const unsigned ways[] = { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC };
	size_t i;
	int rc = 0;

	for (i = 0; i < countof(ways) && rc == 0; i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), call, 1,
		    SCMP_CMP(flags_arg, SCMP_CMP_MASKED_EQ, ways[i], ways[i]));
	return rc;
}

static enum err
load_filter(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	size_t i;
	int rc = ctx == NULL ? -1 : 0;

	for (i = 0; i < countof(forbidden) && rc == 0; i++)
		rc = seccomp_rule_add(
		    ctx, SCMP_ACT_ERRNO(EPERM), forbidden[i], 0);
	if (rc == 0)
		rc = forbid_writing(ctx, SCMP_SYS(open), 1);
	if (rc == 0)
		rc = forbid_writing(ctx, SCMP_SYS(openat), 2);
	/* openat2 hides its flags in memory: nobody here needs it. */
	if (rc == 0)
		rc = seccomp_rule_add(
		    ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0);
	if (rc == 0)
		rc = seccomp_load(ctx);
	if (ctx != NULL)
		seccomp_release(ctx);
	return rc == 0 ? ERR_OK : ERR_SYSTEM;
}
#else
/* ASan maps and opens what it likes; a build without libseccomp cannot. */
static enum err
load_filter(void)
{
	return ERR_OK;
}
#endif

enum err
sandbox_enter(void)
{
#ifndef SANITIZERS
	prctl(PR_SET_DUMPABLE, 0);
#endif
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return ERR_SYSTEM;
	return load_filter();
}
