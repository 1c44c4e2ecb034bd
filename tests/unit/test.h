/* SPDX-License-Identifier: Apache-2.0 */
/* A test program: TEST(name) { CHECK(...); }, any number of them, and nothing else.
 *
 * Prints TAP, so that tests/summary.py counts cases, not programs. The first failing CHECK ends its
 * test. Run one test by naming it on the command line. */
#ifndef TEST_H
#define TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
#include "test_windows.h"
#endif

typedef struct test_case {
    const char *name;
    void (*run)(void);
    struct test_case *next;
} test_case;

static test_case *test_first, **test_last = &test_first;
static const char *test_running;       /* its name */
static _Thread_local jmp_buf test_end; /* of this thread */

#define TEST(test_name)                                                                                      \
    static void test_name(void);                                                                             \
    __attribute__((constructor)) static void register_##test_name(void)                                      \
    {                                                                                                        \
        static test_case self = {#test_name, test_name, NULL};                                               \
        *test_last = &self;                                                                                  \
        test_last = &self.next;                                                                              \
    }                                                                                                        \
    static void test_name(void)

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            test_fail(__FILE__, __LINE__, "CHECK(" #condition ")");                                          \
        }                                                                                                    \
    } while (0)

#define CHECK_INT(actual, expected)                                                                          \
    do {                                                                                                     \
        long long test_a = (long long)(actual), test_e = (long long)(expected);                              \
        if (test_a != test_e) {                                                                              \
            printf("# %s: got %lld, expected %lld\n", #actual, test_a, test_e);                              \
            test_fail(__FILE__, __LINE__, #actual " == " #expected);                                         \
        }                                                                                                    \
    } while (0)

#define CHECK_TEXT(actual, expected)                                                                         \
    do {                                                                                                     \
        const char *test_a = (actual), *test_e = (expected);                                                 \
        if (test_a == NULL || strcmp(test_a, test_e) != 0) {                                                 \
            printf("# %s:\n#      got %s\n# expected %s\n", #actual, test_a ? test_a : "(null)", test_e);    \
            test_fail(__FILE__, __LINE__, #actual " is " #expected);                                         \
        }                                                                                                    \
    } while (0)

#define CHECK_CONTAINS(actual, part)                                                                         \
    do {                                                                                                     \
        const char *test_a = (actual), *test_p = (part);                                                     \
        if (test_a == NULL || strstr(test_a, test_p) == NULL) {                                              \
            printf("# %s:\n#     got %s\n# without %s\n", #actual, test_a ? test_a : "(null)", test_p);      \
            test_fail(__FILE__, __LINE__, #actual " contains " #part);                                       \
        }                                                                                                    \
    } while (0)

static _Noreturn inline void test_fail(const char *file, int line, const char *what)
{
    printf("# %s:%d: %s\n", file, line, what);
    longjmp(test_end, 1);
}

static bool test_passes(const test_case *test)
{
    test_running = test->name;
    if (setjmp(test_end) != 0)
        return false;
    test->run();
    return true;
}

/* Code under test that calls exit(0) would pass, with all tests behind it. */
static void test_exits(void)
{
    if (test_running == NULL)
        return;
    printf("not ok - %s ends the program\n", test_running);
    fflush(stdout);
    _Exit(1);
}

int main(int argc, char **argv)
{
    int count = 0, failed = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    atexit(test_exits);
    for (test_case *test = test_first; test != NULL; test = test->next) {
        if (argc > 1 && strcmp(argv[1], test->name) != 0)
            continue;
        bool passed = test_passes(test);
        failed += !passed;
        printf("%s %d - %s\n", passed ? "ok" : "not ok", ++count, test->name);
    }
    test_running = NULL;
    printf("1..%d\n", count);
    return failed != 0 || count == 0;
}

#endif
