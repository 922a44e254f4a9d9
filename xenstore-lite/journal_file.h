/* SPDX-License-Identifier: MIT */
/*
 * journal_file.h - the journal's memory: a file that outlives the process, but not
 * the machine's run; it belongs under /run.
 */
#ifndef XENSTORE_JOURNAL_FILE_H
#define XENSTORE_JOURNAL_FILE_H

#include "store.h"

/*
 * Takes up the journal in `path`, or starts one there. 0, or -1 after having said
 * why not; a journal that contradicts itself is put out of use, so that the next
 * start is a fresh one.
 */
int journal_file_open(struct store *s, const char *path);

#endif
