/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/message.h"
#include "test.h"

TEST(every_action_has_a_name_that_leads_back_to_it)
{
    for (int action = 1; action < GLIFT__LIST_CONTAINERS_NETWORK_INFO; action++) {
        const char *name = glift__action_name((glift__action)action);
        CHECK(name[0] != '\0');
        CHECK_INT(glift__action_from_name(name), action);
        CHECK_INT(glift__push_from_name(name), GLIFT__PUSH_UNKNOWN);
    }
}

TEST(every_push_has_a_name_that_leads_back_to_it)
{
    for (int push = 1; push <= GLIFT__TERMINATE_PROCESS; push++) {
        const char *name = glift__push_name((glift__push_kind)push);
        CHECK(name[0] != '\0');
        CHECK_INT(glift__push_from_name(name), push);
        CHECK_INT(glift__action_from_name(name), GLIFT__ACTION_UNKNOWN);
    }
}

TEST(what_does_not_go_by_the_wire_has_no_name_there)
{
    CHECK_TEXT(glift__action_name(GLIFT__LIST_CONTAINERS_NETWORK_INFO), "");
    CHECK_INT(glift__action_from_name("ListContainersNetworkInfo"), GLIFT__ACTION_UNKNOWN);
}

TEST(P104_a_foreign_action_is_unknown)
{
    CHECK_INT(glift__action_from_name("MakeCoffee"), GLIFT__ACTION_UNKNOWN);
    CHECK_INT(glift__action_from_name(""), GLIFT__ACTION_UNKNOWN);
    CHECK_INT(glift__action_from_name("acceptplayersession"), GLIFT__ACTION_UNKNOWN);
    CHECK_TEXT(glift__action_name((glift__action)99), "");
}

TEST(statuses_have_the_names_that_scripts_see)
{
    CHECK_TEXT(glift_status_name(GLIFT_OK), "OK");
    CHECK_TEXT(glift_status_name(GLIFT_ERR_NOT_FOUND), "NOT_FOUND");
    CHECK_TEXT(glift_status_name(GLIFT_ERR_UNSUPPORTED), "UNSUPPORTED");
    CHECK_TEXT(glift_status_name((glift_status)16), "UNKNOWN");
    CHECK_TEXT(glift_status_name((glift_status)-1), "UNKNOWN");
}

TEST(enums_have_their_names_on_the_wire)
{
    CHECK_TEXT(glift_player_session_creation_policy_name(GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL),
            "DENY_ALL");
    CHECK_TEXT(glift_player_session_status_name(GLIFT_PLAYER_SESSION_TIMEDOUT), "TIMEDOUT");
    CHECK_TEXT(glift_game_session_status_name(GLIFT_GAME_SESSION_ERROR), "ERROR");
    CHECK_TEXT(glift_update_reason_name(GLIFT_UPDATE_BACKFILL_CANCELLED), "BACKFILL_CANCELLED");
    CHECK_TEXT(glift_auto_backfill_mode_name(GLIFT_AUTO_BACKFILL_AUTOMATIC), "AUTOMATIC");
    CHECK_TEXT(glift_attribute_type_name(GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP), "STRING_DOUBLE_MAP");
}

TEST(a_value_out_of_range_has_the_name_of_the_zero_value)
{
    CHECK_TEXT(glift_player_session_status_name((glift_player_session_status)77), "NOT_SET");
    CHECK_TEXT(glift_update_reason_name((glift_update_reason)-5), "UNKNOWN");
    CHECK_TEXT(glift_attribute_type_name((glift_attribute_type)5), "NONE");
}

TEST(the_version_is_that_of_the_header_in_text_and_number)
{
    int major, minor, patch;
    CHECK_TEXT(glift_version(), GLIFT_VERSION);
    CHECK_INT(sscanf(glift_version(), "%d.%d.%d", &major, &minor, &patch), 3);
    CHECK_INT(major * 1000000 + minor * 1000 + patch, GLIFT_VERSION_NUMBER);
}

TEST(the_protocol_level_is_5_6_0)
{
    CHECK_TEXT(glift_sdk_version(), "5.6.0");
}
