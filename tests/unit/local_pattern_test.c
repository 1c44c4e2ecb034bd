/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns that are looked at directly say what the regular expression says, of every text. */
#include <regex.h>

#include "api/api_check.h"
#include "base/random.h"
#include "test.h"

static const char *const expressions[] = {"[A-Za-z0-9-]+", "[a-zA-Z0-9:/-]+", "[a-zA-Z0-9:_/.-]*",
        "custom-[A-Za-z0-9-]+", "psess-[^[:space:]]+", "[0-9a-f]+", "a[b]*",
        "alias-[^[:space:]]+|arn:.*:alias/alias-[^[:space:]]+", "[a-z]*fleet-[a-zA-Z0-9-]+",
        "[a-zA-Z0-9-]+(/[a-zA-Z0-9-]+)?"};

/* Pieces of what the expressions speak of, and what they do not. */
static const char *const pieces[] = {"psess-", "custom-", "alias-", "arn:", "fleet-", "a", "b", "Z", "0", "9",
        "-", ":", "/", "_", ".", " ", "\t", "\n", "[", "]", "^", "\xc3\xa9", "G", "~", "@", "`", "{"};

enum { TEXTS = 20000, PIECES_MAX = 6 };

static glift__random numbers;

static size_t below(size_t limit)
{
    return glift__random_next(&numbers) % limit;
}

static void make_text(char *out)
{
    out[0] = '\0';
    for (size_t left = below(PIECES_MAX); left > 0; left--)
        strcat(out, pieces[below(sizeof pieces / sizeof pieces[0])]);
}

static bool expression_fits(const regex_t *compiled, const char *text)
{
    return regexec(compiled, text, 0, NULL, 0) == 0;
}

TEST(a_pattern_fits_what_its_expression_fits)
{
    local_patterns *patterns;
    char whole[200], text[100];
    unsigned fitted = 0;
    glift__random_seed(&numbers);
    CHECK_INT(local_patterns_create(&patterns), GLIFT_OK);
    for (size_t i = 0; i < sizeof expressions / sizeof expressions[0]; i++) {
        regex_t compiled;
        snprintf(whole, sizeof whole, "^(%s)$", expressions[i]);
        CHECK_INT(regcomp(&compiled, whole, REG_EXTENDED | REG_NOSUB), 0);
        for (int k = 0; k < TEXTS; k++) {
            make_text(text);
            bool fits = expression_fits(&compiled, text);
            fitted += fits;
            CHECK_INT(local_pattern_fits(patterns, expressions[i], text), fits);
        }
        regfree(&compiled);
    }
    CHECK(fitted > TEXTS / 10);
    local_patterns_destroy(patterns);
}
