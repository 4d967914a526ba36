# SPDX-License-Identifier: BSD-2-Clause
libcontrol_a_SOURCES += \
	control/authenticate.c \
	control/chain.c \
	control/cmd_crypto_ca.c \
	control/cmd_crypto_key.c \
	control/crypto.c control/crypto.h control/crypto_common.h \
	control/dialogue.c control/dialogue.h \
	control/enroll.c \
	control/export.c \
	control/import.c \
	control/job.c control/job.h \
	control/show_crypto.c
