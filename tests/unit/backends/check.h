/* SPDX-License-Identifier: MIT */
/*
 * check.h - run one CUnit suite and say `pass NAME` or `fail NAME: REASON` for
 * each of its tests.
 */
#ifndef TESTS_UNIT_BACKENDS_CHECK_H
#define TESTS_UNIT_BACKENDS_CHECK_H

#include <CUnit/Basic.h>
#include <stdio.h>

struct check {
    const char *name;
    void (*run)(void);
};

static inline int check_run(const char *suite, const struct check *tests,
                            unsigned nr)
{
    CU_pSuite s;
    unsigned i, failed = 0;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    s = CU_add_suite(suite, NULL, NULL);
    for (i = 0; i < nr; i++) {
        CU_pTest t = CU_add_test(s, tests[i].name, tests[i].run);
        CU_pFailureRecord f;

        CU_run_test(s, t);
        f = CU_get_failure_list();
        if (!f) {
            printf("pass %s: %s\n", suite, tests[i].name);
            continue;
        }
        failed++;
        printf("fail %s: %s: %s:%u: %s\n", suite, tests[i].name,
               f->strFileName, f->uiLineNumber, f->strCondition);
    }
    CU_cleanup_registry();
    return failed != 0;
}

#define CHECK_MAIN(suite, tests)                                        \
    int main(void)                                                      \
    {                                                                   \
        setvbuf(stdout, NULL, _IOLBF, 0);                               \
        return check_run(suite, tests, sizeof(tests) / sizeof(*tests)); \
    }

#endif
