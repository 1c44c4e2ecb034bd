/* SPDX-License-Identifier: Apache-2.0 */
/* Structs that begin with their size, given by callers who were compiled against another header. */
#include "test.h"

#include "game.h"
#include "base/structs.h"

#define CONFIGURATION "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/M"

static char message[GLIFT__MESSAGE_SIZE];

/* ---- tables ---- */

static const glift__sized *const kinds[] = {&glift__sized_server_desc, &glift__sized_io_desc,
        &glift__sized_process_parameters, &glift__sized_describe, &glift__sized_start_match_backfill,
        &glift__sized_stop_match_backfill, &glift__sized_metrics_desc, &glift__sized_metric_desc};

static size_t rounded_up(size_t at, size_t alignment)
{
    return (at + alignment - 1) / alignment * alignment;
}

/* Every member begins where the one before allows it at the earliest: there is none in between. */
static void check_table(const glift__sized *kind)
{
    size_t end = 0, widest = 0; /* members are as wide as they are aligned */
    for (size_t i = 0; i < kind->member_count; i++) {
        const glift__member *member = &kind->members[i];
        size_t width = member->end - member->begin, begin = rounded_up(end, width);
        widest = width > widest ? width : widest;
        if (member->begin != begin)
            printf("# %s has a member before %s that its table leaves out\n", kind->type, member->name);
        CHECK_INT(member->begin, begin);
        end = member->end;
    }
    CHECK_INT(kind->size, rounded_up(end, widest));
    CHECK_TEXT(kind->members[0].name, "size_bytes");
}

TEST(every_member_of_a_struct_is_in_its_table)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        check_table(kinds[i]);
}

/* ---- sizes ---- */

typedef struct bigger { /* a struct of a later version */
    char bytes[8192];
} bigger;

static glift_status read_as(const glift__sized *kind, size_t size, size_t set_byte, bigger *out)
{
    static bigger given;
    memset(&given, 0, sizeof given);
    if (set_byte != 0)
        given.bytes[set_byte] = 1;
    memcpy(given.bytes, &size, sizeof size);
    memset(out, 'x', sizeof *out);
    message[0] = '\0';
    return glift__sized_read(kind, &given, out, message);
}

static bool cuts_a_member(const glift__sized *kind, size_t size)
{
    for (size_t i = 0; i < kind->member_count; i++)
        if (size > kind->members[i].begin && size < kind->members[i].end)
            return true;
    return false;
}

TEST(a_size_that_ends_inside_a_member_is_refused_and_the_member_named)
{
    bigger out;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        for (size_t size = sizeof size; size <= kinds[i]->size; size++) {
            bool cuts = cuts_a_member(kinds[i], size);
            CHECK_INT(read_as(kinds[i], size, 0, &out), cuts ? GLIFT_ERR_ARGUMENT : GLIFT_OK);
            CHECK(cuts == (strstr(message, "ends inside") != NULL));
        }
    size_t inside = offsetof(glift_describe_player_sessions_request, limit) + 2;
    char expected[160];
    snprintf(expected, sizeof expected,
            "request.size_bytes is %zu, which ends inside limit. It must be "
            "sizeof(glift_describe_player_sessions_request).",
            inside);
    CHECK_INT(read_as(&glift__sized_describe, inside, 0, &out), GLIFT_ERR_ARGUMENT);
    CHECK_TEXT(message, expected);
}

TEST(a_size_that_makes_no_sense_is_refused)
{
    static const size_t sizes[] = {0, 1, sizeof(size_t) - 1, 4097, (size_t)-1};
    bigger out;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        CHECK_INT(read_as(&glift__sized_server_desc, sizes[i], 0, &out), GLIFT_ERR_ARGUMENT);
        CHECK_TEXT(message, "desc.size_bytes is invalid. It must be sizeof(glift_server_desc).");
    }
    CHECK_INT(glift__sized_read(&glift__sized_server_desc, NULL, &out, message), GLIFT_ERR_ARGUMENT);
    CHECK_TEXT(message, "desc is required.");
}

TEST(only_the_members_that_the_size_covers_are_read)
{
    bigger out;
    glift_server_desc desc = {.size_bytes = offsetof(glift_server_desc, user), .fleet_id = "f", .user = &out};
    glift_server_desc read;
    CHECK_INT(glift__sized_read(&glift__sized_server_desc, &desc, &read, message), GLIFT_OK);
    CHECK(read.user == NULL);
    CHECK_TEXT(read.fleet_id, "f");
}

TEST(what_a_later_header_knows_is_zero_or_not_supported)
{
    bigger out;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t known = kinds[i]->size;
        CHECK_INT(read_as(kinds[i], known + 24, 0, &out), GLIFT_OK);
        CHECK(out.bytes[known] == 'x'); /* nothing is written past what this library knows */
        CHECK_INT(read_as(kinds[i], known + 24, known + 24, &out), GLIFT_OK);
        CHECK_INT(read_as(kinds[i], known + 24, known, &out), GLIFT_ERR_UNSUPPORTED);
        CHECK_CONTAINS(message, "does not know");
        CHECK_INT(read_as(kinds[i], known + 24, known + 23, &out), GLIFT_ERR_UNSUPPORTED);
        CHECK_INT(read_as(kinds[i], 4096, 4095, &out), GLIFT_ERR_UNSUPPORTED);
    }
}

/* ---- through the public calls ---- */

static union {
    glift_server_desc desc;
    glift_process_parameters parameters;
    glift_describe_player_sessions_request describe;
    glift_start_match_backfill_request start;
    glift_stop_match_backfill_request stop;
    bigger bytes;
} later;

/* The same with a member more than this library knows, that is set. */
static void *with_more(const void *given, size_t size)
{
    size_t size_bytes = size + sizeof(void *);
    memset(&later, 0, sizeof later);
    memcpy(&later, given, size);
    memcpy(&later, &size_bytes, sizeof size_bytes);
    later.bytes.bytes[size] = 1;
    return &later;
}

static void *cut(const void *given, size_t size)
{
    with_more(given, size);
    size -= 2;
    memcpy(&later, &size, sizeof size);
    return &later;
}

#define CHECK_REFUSED(call, status, part)                                                                    \
    do {                                                                                                     \
        the.log[0] = '\0';                                                                                   \
        CHECK_INT(call, status);                                                                             \
        tick();                                                                                              \
        CHECK_CONTAINS(the.log, part);                                                                       \
    } while (0)

TEST(a_request_with_an_unknown_member_is_not_supported_and_nothing_is_sent)
{
    const glift_process_parameters parameters = {.port = 7777};
    const glift_player player = {.player_id = "p"};
    const glift_describe_player_sessions_request describe = {.player_id = "p"};
    const glift_start_match_backfill_request start = {
            .matchmaking_configuration_arn = CONFIGURATION, .players = &player, .player_count = 1};
    const glift_stop_match_backfill_request stop = {
            .matchmaking_configuration_arn = CONFIGURATION, .ticket_id = "t"};
    new_game();
    connected_game();
    CHECK_REFUSED(glift_process_ready(the.server, with_more(&parameters, sizeof parameters), on_answer, NULL),
            GLIFT_ERR_UNSUPPORTED, "ProcessReady was not sent: parameters has a member");
    end_game();
    new_game();
    fake_socket *socket = hosting_game();
    size_t written = socket->said_count;
    CHECK_REFUSED(glift_describe_player_sessions(
                          the.server, with_more(&describe, sizeof describe), on_answer, NULL),
            GLIFT_ERR_UNSUPPORTED, "DescribePlayerSessions was not sent: request has a member");
    CHECK_REFUSED(glift_start_match_backfill(the.server, with_more(&start, sizeof start), on_answer, NULL),
            GLIFT_ERR_UNSUPPORTED, "StartMatchBackfill was not sent: request has a member");
    CHECK_REFUSED(glift_stop_match_backfill(the.server, with_more(&stop, sizeof stop), on_answer, NULL),
            GLIFT_ERR_UNSUPPORTED, "StopMatchBackfill was not sent: request has a member");
    CHECK_REFUSED(glift_start_match_backfill(the.server, cut(&start, sizeof start), on_answer, NULL),
            GLIFT_ERR_ARGUMENT, "ends inside player_count");
    CHECK_INT(the.answer_count, 0);
    CHECK_INT(socket->said_count, written);
    end_game();
}

TEST(a_desc_with_an_unknown_member_makes_no_server_and_its_on_log_hears_why)
{
    new_game();
    CHECK_INT(glift_server_create(with_more(&the.desc, sizeof the.desc), &the.server), GLIFT_ERR_UNSUPPORTED);
    CHECK(the.server == NULL);
    CHECK_CONTAINS(the.log, "glift_server_create: desc has a member that this library, version ");
    CHECK_INT(glift_server_create(cut(&the.desc, sizeof the.desc), &the.server), GLIFT_ERR_ARGUMENT);
    CHECK_INT(fake.dial_count, 0);
}

TEST(a_rebind_to_a_desc_that_is_refused_changes_nothing_and_is_logged)
{
    new_game();
    hosting_game();
    CHECK_REFUSED(glift_server_rebind(the.server, with_more(&the.desc, sizeof the.desc)),
            GLIFT_ERR_UNSUPPORTED, "glift_server_rebind: desc has a member");
    CHECK_REFUSED(glift_server_rebind(the.server, cut(&the.desc, sizeof the.desc)), GLIFT_ERR_ARGUMENT,
            "glift_server_rebind: desc.size_bytes");
    end_game();
}

TEST(a_list_that_is_null_with_a_count_is_refused_by_name)
{
    const glift_process_parameters parameters = {
            .size_bytes = sizeof parameters, .port = 7777, .log_path_count = 2};
    const glift_start_match_backfill_request start = {
            .size_bytes = sizeof start, .matchmaking_configuration_arn = CONFIGURATION, .player_count = 2};
    new_game();
    connected_game();
    CHECK_REFUSED(glift_process_ready(the.server, &parameters, on_answer, NULL), GLIFT_ERR_ARGUMENT,
            "ProcessReady was not sent: log_paths is NULL, but log_path_count is 2");
    end_game();
    new_game();
    hosting_game();
    CHECK_REFUSED(glift_start_match_backfill(the.server, &start, on_answer, NULL), GLIFT_ERR_ARGUMENT,
            "StartMatchBackfill was not sent: players is NULL, but player_count is 2");
    CHECK_INT(the.answer_count, 0);
    end_game();
}

/* ---- the version of the header ---- */

static glift_status read_of_version(uint32_t version, size_t size, glift_server_desc *out)
{
    const glift_server_desc desc = {.size_bytes = size, .header_version = version, .fleet_id = "fleet-1"};
    memset(out, 'x', sizeof *out);
    return glift__read_server_desc(&desc, out, message);
}

TEST(a_desc_of_another_minor_version_is_refused_and_nothing_of_it_read)
{
    static const uint32_t fits[] = {0, GLIFT_VERSION_NUMBER, GLIFT_VERSION_NUMBER / 1000 * 1000 + 999};
    static const uint32_t others[] = {1, GLIFT_VERSION_NUMBER / 1000 * 1000 - 1,
            GLIFT_VERSION_NUMBER / 1000 * 1000 + 1000, GLIFT_VERSION_NUMBER + 1000000, UINT32_MAX};
    glift_server_desc out;
    for (size_t i = 0; i < sizeof fits / sizeof fits[0]; i++) {
        CHECK_INT(read_of_version(fits[i], sizeof out, &out), GLIFT_OK);
        CHECK_TEXT(out.fleet_id, "fleet-1");
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        CHECK_INT(read_of_version(others[i], sizeof out, &out), GLIFT_ERR_UNSUPPORTED);
        CHECK(out.fleet_id == NULL && out.on_log == NULL);
    }
    CHECK_INT(read_of_version(2007000, sizeof out, &out), GLIFT_ERR_UNSUPPORTED);
    CHECK_TEXT(message,
            "this program was built with the header of version 2.7, and runs with " GLIFT_VERSION ".");
}

TEST(a_size_that_ends_before_the_version_tells_none)
{
    glift_server_desc out;
    CHECK_INT(read_of_version(UINT32_MAX, offsetof(glift_server_desc, header_version), &out), GLIFT_OK);
    CHECK_INT(glift__read_server_desc(NULL, &out, message), GLIFT_ERR_ARGUMENT);
}

TEST(size_and_version_lead_the_desc_in_every_version)
{
    CHECK_INT(offsetof(glift_server_desc, size_bytes), 0);
    CHECK_INT(offsetof(glift_server_desc, header_version), sizeof(size_t));
}
