/* SPDX-License-Identifier: Apache-2.0 */
#include "base/message_memory.h"
#include "test.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>

TEST(what_is_taken_is_zeroed_aligned_and_apart)
{
    glift__memory memory;
    glift__memory_init(&memory);
    unsigned char *taken[200];
    for (size_t i = 0; i < 200; i++) {
        taken[i] = glift__memory_take(&memory, 1, i);
        CHECK(taken[i] != NULL);
        CHECK_INT((uintptr_t)taken[i] % alignof(max_align_t), 0);
        for (size_t at = 0; at < i; at++)
            CHECK_INT(taken[i][at], 0);
        memset(taken[i], (int)i, i);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t at = 0; at < i; at++)
            CHECK_INT(taken[i][at], i);
    glift__memory_fini(&memory);
}

TEST(a_thing_larger_than_any_block_gets_its_own)
{
    glift__memory memory;
    glift__memory_init(&memory);
    char *small = glift__memory_take(&memory, 10, 1);
    char *large = glift__memory_take(&memory, 1, 1000000);
    CHECK(small != NULL && large != NULL);
    memset(large, 1, 1000000);
    CHECK_INT(small[9], 0);
    CHECK(glift__memory_take(&memory, 10, 1) != NULL);
    glift__memory_fini(&memory);
}

TEST(a_size_that_overflows_is_refused)
{
    glift__memory memory;
    glift__memory_init(&memory);
    CHECK(glift__memory_take(&memory, SIZE_MAX / 2, 4) == NULL);
    CHECK(glift__memory_take(&memory, SIZE_MAX, 1) == NULL);
    CHECK(glift__memory_take(&memory, 2, SIZE_MAX) == NULL);
    glift__memory_fini(&memory);
}

TEST(a_text_is_copied_and_null_is_the_empty_text)
{
    glift__memory memory;
    glift__memory_init(&memory);
    char original[] = "psess-1";
    const char *copy = glift__memory_text(&memory, original);
    original[0] = 'x';
    CHECK_TEXT(copy, "psess-1");
    CHECK_TEXT(glift__memory_text(&memory, NULL), "");
    CHECK_TEXT(glift__memory_text(&memory, ""), "");
    glift__memory_fini(&memory);
}

TEST(memory_may_be_used_again_after_it_was_freed)
{
    glift__memory memory;
    glift__memory_init(&memory);
    glift__memory_fini(&memory);
    for (int round = 0; round < 3; round++) {
        CHECK_TEXT(glift__memory_text(&memory, "again"), "again");
        glift__memory_fini(&memory);
    }
}
