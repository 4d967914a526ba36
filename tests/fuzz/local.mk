# SPDX-License-Identifier: BSD-2-Clause
# Always: the corpora are replayed. With --enable-fuzz (clang): libFuzzer,
# e.g. tests/fuzz/fuzz_frame -dict=tests/fuzz/sip.dict tests/fuzz/corpus/frame
FUZZ_LIBS = libsip.a libbase.a $(OSIP_LIBS) $(LIBS_BASE)
check_PROGRAMS += tests/fuzz/replay_frame tests/fuzz/replay_edit
TESTS += tests/fuzz/replay_frame tests/fuzz/replay_edit
tests_fuzz_replay_frame_SOURCES = \
	tests/fuzz/fuzz_frame.c tests/fuzz/replay_main.c
tests_fuzz_replay_frame_LDADD = $(FUZZ_LIBS)
tests_fuzz_replay_edit_SOURCES = \
	tests/fuzz/fuzz_edit.c tests/fuzz/replay_main.c
tests_fuzz_replay_edit_LDADD = $(FUZZ_LIBS)
if ENABLE_FUZZ
check_PROGRAMS += tests/fuzz/fuzz_frame tests/fuzz/fuzz_edit
tests_fuzz_fuzz_frame_SOURCES = tests/fuzz/fuzz_frame.c
tests_fuzz_fuzz_frame_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_frame_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_edit_SOURCES = tests/fuzz/fuzz_edit.c
tests_fuzz_fuzz_edit_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_edit_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
EXTRA_DIST += tests/fuzz/sip.dict tests/fuzz/corpus
