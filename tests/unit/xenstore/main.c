/* SPDX-License-Identifier: MIT */
/* main.c - runs every suite and prints one line for each test. */
#include <stdlib.h>

#include "harness.h"

static void print_result(const CU_pTest test, const CU_pSuite suite,
                         const CU_pFailureRecord failure)
{
    if (failure)
        printf("fail %s: %s: %s:%u %s\n", suite->pName, test->pName,
               failure->strFileName, failure->uiLineNumber,
               failure->strCondition);
    else
        printf("pass %s: %s\n", suite->pName, test->pName);
}

int main(void)
{
    CU_SuiteInfo suites[] = {
#define SUITE(name) { #name, NULL, NULL, start, stop, name##_tests },
#include "suites.def"
#undef SUITE
        CU_SUITE_INFO_NULL,
    };
    unsigned int failed;

    if (CU_initialize_registry() != CUE_SUCCESS ||
        CU_register_suites(suites) != CUE_SUCCESS)
        return 2;
    CU_set_test_complete_handler(print_result);
    CU_run_all_tests();
    failed = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failed ? 1 : 0;
}
