/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"
#include "test.h"

TEST(a_uuid_is_of_version_4_and_in_lower_case)
{
    glift__random random = {{1, 2, 3, 4}};
    for (int round = 0; round < 1000; round++) {
        char uuid[GLIFT__UUID_SIZE];
        glift__uuid(uuid, glift__random_next, &random);
        CHECK_INT(strspn(uuid, "0123456789abcdef-"), 36);
        CHECK(uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-');
        CHECK(uuid[14] == '4');
        CHECK(strchr("89ab", uuid[19]) != NULL);
    }
}

TEST(two_seeds_differ)
{
    glift__random one, other;
    glift__random_seed(&one);
    glift__random_seed(&other);
    CHECK(memcmp(&one, &other, sizeof one) != 0);
}

TEST(the_generator_is_xoshiro128_starstar)
{
    glift__random random = {{1, 2, 3, 4}};
    CHECK_INT(glift__random_next(&random), 11520);
    CHECK_INT(glift__random_next(&random), 0);
    CHECK_INT(glift__random_next(&random), 5927040);
}
