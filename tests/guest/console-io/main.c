/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "console_io writes what can be read, nothing of it where it cannot, and takes "
    "no other command";

/* covers use: console_io console_io.write console_io.read */
/* covers abuse: console_io console_io.write console_io.read */

void test_main(void)
{
    char *page = page_alloc();

    if (!rt_is_dom0()) {
        /* A guest's own lines are for its console ring. */
        expect_true(hc_console_io(CONSOLEIO_read, 1, page) < 0, "read");
        return;
    }
    expect_eq(0, hc_console_io(CONSOLEIO_write, 0, page), "write nothing");
    expect_eq(0, hc_console_io(CONSOLEIO_write, 0, UNMAPPED),
              "write nothing from nowhere");
    expect_eq(-XEN_EFAULT, hc_console_io(CONSOLEIO_write, 4, UNMAPPED),
              "write from nowhere");
    expect_eq(0, hc_console_io(CONSOLEIO_read, 16, page), "read, no input");
    expect_true(hc_console_io(99, 1, page) < 0, "command 99");
    memcpy(page, "  (a line)\n", 11);
    expect_eq(0, hc_console_io(CONSOLEIO_write, 11, page), "write a line");
}
