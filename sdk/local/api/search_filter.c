/* SPDX-License-Identifier: Apache-2.0 */
#include "api/search_filter.h"

#include <stdlib.h>
#include <string.h>

/* ---- operands ---- */

typedef enum operand_kind { KIND_TEXT, KIND_NUMBER, KIND_FLAG } operand_kind;

typedef struct operand {
    const struct operand_row *row;
    char *key; /* of a game property; else NULL */
} operand;

typedef struct value {
    const char *text; /* NULL: the session has none */
    double number;    /* flags: 0 or 1 */
} value;

typedef struct operand_row {
    const char *name;
    operand_kind kind;
    value (*get)(const local_game_session *session, const char *key);
} operand_row;

static value get_id(const local_game_session *session, const char *key)
{
    (void)key;
    return (value){.text = session->arn};
}

static value get_name(const local_game_session *session, const char *key)
{
    (void)key;
    return (value){.text = session->name};
}

static value get_property(const local_game_session *session, const char *key)
{
    for (size_t i = 0; i < session->property_count; i++) {
        if (strcmp(session->properties[i].key, key) == 0)
            return (value){.text = session->properties[i].value};
    }
    return (value){0};
}

static value get_maximum(const local_game_session *session, const char *key)
{
    (void)key;
    return (value){.number = session->maximum};
}

static value get_creation_time(const local_game_session *session, const char *key)
{
    (void)key;
    return (value){.number = (double)session->creation_unix_ms};
}

static value get_taken(const local_game_session *session, const char *key)
{
    (void)key;
    return (value){.number = session->taken};
}

/* Of the seats alone: the creation policy has no part in it. */
static value get_has_room(const local_game_session *session, const char *key)
{
    (void)key;
    return (value){.number = session->taken < session->maximum};
}

static const char properties_prefix[] = "gameSessionProperties.";

static const operand_row operand_rows[] = {
        {"gameSessionId", KIND_TEXT, get_id},
        {"gameSessionName", KIND_TEXT, get_name},
        {properties_prefix, KIND_TEXT, get_property},
        {"maximumSessions", KIND_NUMBER, get_maximum},
        {"creationTimeMillis", KIND_NUMBER, get_creation_time},
        {"playerSessionCount", KIND_NUMBER, get_taken},
        {"hasAvailablePlayerSessions", KIND_FLAG, get_has_room},
};

/* ---- reading ---- */

typedef struct reader {
    const char *what; /* the member of the input, for messages */
    const char *start, *at;
    unsigned depth;
    local_refusal *why;
    bool failed;
} reader;

static void fail(reader *r, const char *problem)
{
    if (!r->failed)
        local_refuse(r->why, LOCAL_INVALID_REQUEST, "%s: %s, at character %zu: \"%.40s\".", r->what, problem,
                (size_t)(r->at - r->start) + 1, r->at);
    r->failed = true;
}

static void fail_without_memory(reader *r)
{
    if (!r->failed)
        local_refuse_memory(r->why);
    r->failed = true;
}

static void skip_space(reader *r)
{
    while (*r->at != '\0' && strchr(" \t\r\n", *r->at) != NULL)
        r->at++;
}

static size_t word_length(const reader *r)
{
    return strcspn(r->at, " \t\r\n=<>()'\"");
}

/* Takes this word if it is the next one. */
static bool take_word(reader *r, const char *word)
{
    skip_space(r);
    size_t length = strlen(word);
    if (word_length(r) != length || strncmp(r->at, word, length) != 0)
        return false;
    r->at += length;
    return true;
}

static bool take_sign(reader *r, char sign)
{
    skip_space(r);
    if (*r->at != sign)
        return false;
    r->at++;
    return true;
}

static char *copy_of(reader *r, const char *text, size_t length)
{
    char *copy = strndup(text, length);
    if (copy == NULL)
        fail_without_memory(r);
    return copy;
}

static void read_key(reader *r, operand *out, size_t length)
{
    size_t prefix = sizeof properties_prefix - 1;
    if (length == prefix)
        fail(r, "a property needs its key after gameSessionProperties.");
    else if (memchr(r->at + prefix, '.', length - prefix) != NULL)
        fail(r, "a property whose key has a period cannot be searched for");
    else
        out->key = copy_of(r, r->at + prefix, length - prefix);
}

static void read_operand(reader *r, operand *out)
{
    skip_space(r);
    size_t length = word_length(r);
    *out = (operand){0};
    for (size_t i = 0; i < sizeof operand_rows / sizeof operand_rows[0]; i++) {
        const operand_row *row = &operand_rows[i];
        size_t own = strlen(row->name);
        bool is_prefix = row->name == properties_prefix;
        if (strncmp(r->at, row->name, own) == 0 && (is_prefix ? length >= own : length == own))
            out->row = row;
    }
    if (out->row == NULL)
        fail(r, "gameSessionId, gameSessionName, gameSessionProperties.<key>, maximumSessions, "
                "creationTimeMillis, playerSessionCount or hasAvailablePlayerSessions is expected");
    else if (out->row->name == properties_prefix)
        read_key(r, out, length);
    if (!r->failed)
        r->at += length;
}

/* ---- the tree ---- */

typedef enum comparator { EQUAL, NOT_EQUAL, LESS, GREATER, AT_MOST, AT_LEAST } comparator;

typedef enum node_kind { NODE_COMPARE, NODE_NOT, NODE_AND, NODE_OR } node_kind;

typedef struct node {
    node_kind kind;
    struct node *left, *right; /* NOT has no right one */
    operand operand;
    comparator comparator;
    char *text; /* what a text is compared with */
    double number;
} node;

struct local_filter {
    node *root;
};

/* As deep as the parentheses and NOTs of the expression, plus a level for each AND and OR in a row. */
static void free_node(node *one)
{
    while (one != NULL) {
        node *left = one->left;
        free_node(one->right);
        free(one->operand.key);
        free(one->text);
        free(one);
        one = left;
    }
}

/* Takes both over. */
static node *new_node(reader *r, node_kind kind, node *left, node *right)
{
    node *one = calloc(1, sizeof *one);
    if (one == NULL) {
        fail_without_memory(r);
        free_node(left);
        free_node(right);
        return NULL;
    }
    *one = (node){.kind = kind, .left = left, .right = right};
    return one;
}

static void read_comparator(reader *r, node *one)
{
    static const struct {
        const char *sign;
        comparator comparator;
    } signs[] = {
            {"<>", NOT_EQUAL}, {"<=", AT_MOST}, {">=", AT_LEAST}, {"=", EQUAL}, {"<", LESS}, {">", GREATER}};
    skip_space(r);
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        size_t length = strlen(signs[i].sign);
        if (strncmp(r->at, signs[i].sign, length) != 0)
            continue;
        one->comparator = signs[i].comparator;
        if (one->operand.row->kind != KIND_NUMBER && one->comparator != EQUAL && one->comparator != NOT_EQUAL)
            fail(r, "texts and booleans are compared with = and <> only");
        r->at += length;
        return;
    }
    fail(r, "one of = <> < > <= >= is expected");
}

/* In quotes of either kind; a backslash takes the next character as it is. */
static void read_text(reader *r, node *one)
{
    skip_space(r);
    char quote = *r->at;
    if (quote != '\'' && quote != '"') {
        fail(r, "a text in quotes is expected");
        return;
    }
    char *text = copy_of(r, r->at + 1, strlen(r->at + 1)), *out = text;
    one->text = text;
    const char *at = r->at + 1;
    for (; text != NULL && *at != quote && *at != '\0'; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        *out++ = *at;
    }
    if (text == NULL)
        return;
    *out = '\0';
    if (*at != quote)
        fail(r, "a text does not end");
    else
        r->at = at + 1;
}

/* Digits, with a sign and a fraction where there is one; no other spelling that strtod() knows. */
static void read_number(reader *r, node *one)
{
    skip_space(r);
    size_t length = word_length(r);
    if (length == 0 || strspn(r->at, "0123456789.-") < length ||
            strchr("0123456789", r->at[length - 1]) == NULL) {
        fail(r, "a number is expected");
        return;
    }
    char *end;
    one->number = strtod(r->at, &end);
    if (end != r->at + length)
        fail(r, "a number is expected");
    else
        r->at = end;
}

static void read_flag(reader *r, node *one)
{
    if (take_word(r, "true"))
        one->number = 1;
    else if (!take_word(r, "false"))
        fail(r, "true or false is expected");
}

static node *read_comparison(reader *r)
{
    node *one = new_node(r, NODE_COMPARE, NULL, NULL);
    if (one == NULL)
        return NULL;
    read_operand(r, &one->operand);
    if (!r->failed)
        read_comparator(r, one);
    if (r->failed)
        return one;
    if (one->operand.row->kind == KIND_TEXT)
        read_text(r, one);
    else if (one->operand.row->kind == KIND_NUMBER)
        read_number(r, one);
    else
        read_flag(r, one);
    return one;
}

static node *read_any(reader *r);

static node *read_inner(reader *r)
{
    if (++r->depth > LOCAL_FILTER_DEPTH_MAX)
        fail(r, "parentheses and NOTs lie more than 64 deep");
    node *one = NULL;
    if (r->failed) {
        /* nothing more is read */
    } else if (take_word(r, "NOT")) {
        one = read_inner(r);
        one = new_node(r, NODE_NOT, one, NULL);
    } else if (take_sign(r, '(')) {
        one = read_any(r);
        if (!r->failed && !take_sign(r, ')'))
            fail(r, "a closing parenthesis, AND or OR is expected");
    } else {
        one = read_comparison(r);
    }
    r->depth--;
    return one;
}

static node *read_all(reader *r)
{
    node *left = read_inner(r);
    while (!r->failed && take_word(r, "AND"))
        left = new_node(r, NODE_AND, left, read_inner(r));
    return left;
}

static node *read_any(reader *r)
{
    node *left = read_all(r);
    while (!r->failed && take_word(r, "OR"))
        left = new_node(r, NODE_OR, left, read_all(r));
    return left;
}

local_filter *local_filter_read(const char *expression, local_refusal *why)
{
    reader r = {.what = "FilterExpression", .start = expression, .at = expression, .why = why};
    local_filter *filter = calloc(1, sizeof *filter);
    if (filter == NULL) {
        local_refuse_memory(why);
        return NULL;
    }
    filter->root = read_any(&r);
    skip_space(&r);
    if (!r.failed && *r.at != '\0')
        fail(&r, "AND, OR or the end is expected");
    if (!r.failed)
        return filter;
    local_filter_free(filter);
    return NULL;
}

void local_filter_free(local_filter *filter)
{
    if (filter == NULL)
        return;
    free_node(filter->root);
    free(filter);
}

/* ---- asking ---- */

static bool compare(const node *one, const local_game_session *session)
{
    value has = one->operand.row->get(session, one->operand.key);
    if (one->operand.row->kind == KIND_TEXT) {
        bool equal = has.text != NULL && strcmp(has.text, one->text) == 0;
        return equal == (one->comparator == EQUAL);
    }
    switch (one->comparator) {
    case EQUAL:
        return has.number == one->number;
    case NOT_EQUAL:
        return has.number != one->number;
    case LESS:
        return has.number < one->number;
    case GREATER:
        return has.number > one->number;
    case AT_MOST:
        return has.number <= one->number;
    case AT_LEAST:
        return has.number >= one->number;
    }
    return false;
}

static bool holds(const node *one, const local_game_session *session)
{
    switch (one->kind) {
    case NODE_COMPARE:
        return compare(one, session);
    case NODE_NOT:
        return !holds(one->left, session);
    case NODE_AND:
        return holds(one->left, session) && holds(one->right, session);
    case NODE_OR:
        return holds(one->left, session) || holds(one->right, session);
    }
    return false;
}

bool local_filter_fits(const local_filter *filter, const local_game_session *session)
{
    return holds(filter->root, session);
}

/* ---- order ---- */

struct local_sort {
    operand operand;
    bool descending;
};

local_sort *local_sort_read(const char *expression, local_refusal *why)
{
    reader r = {.what = "SortExpression", .start = expression, .at = expression, .why = why};
    local_sort *sort = calloc(1, sizeof *sort);
    if (sort == NULL) {
        local_refuse_memory(why);
        return NULL;
    }
    read_operand(&r, &sort->operand);
    if (!r.failed && take_word(&r, "DESC"))
        sort->descending = true;
    else if (!r.failed && !take_word(&r, "ASC"))
        fail(&r, "ASC or DESC is expected");
    skip_space(&r);
    if (!r.failed && *r.at != '\0')
        fail(&r, "the end is expected");
    if (!r.failed)
        return sort;
    local_sort_free(sort);
    return NULL;
}

void local_sort_free(local_sort *sort)
{
    if (sort == NULL)
        return;
    free(sort->operand.key);
    free(sort);
}

static int by_serial(const local_game_session *a, const local_game_session *b)
{
    return (a->serial > b->serial) - (a->serial < b->serial);
}

int local_sort_compare(const local_sort *sort, const local_game_session *a, const local_game_session *b)
{
    const operand_row *row = sort->operand.row;
    value has_a = row->get(a, sort->operand.key), has_b = row->get(b, sort->operand.key);
    int order;
    if (row->kind != KIND_TEXT) {
        order = (has_a.number > has_b.number) - (has_a.number < has_b.number);
    } else {
        if (has_a.text == NULL || has_b.text == NULL)
            return has_a.text != has_b.text ? (has_a.text == NULL) - (has_b.text == NULL) : by_serial(a, b);
        order = strcmp(has_a.text, has_b.text);
    }
    if (order == 0)
        return by_serial(a, b);
    return sort->descending ? -order : order;
}
