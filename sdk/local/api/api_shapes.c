/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes that several operations share; figures and forms from the API model (service model 0.2). */
#include "api/api.h"

const api_shape api_without_effect = {.kind = API_WITHOUT_EFFECT};
const api_shape api_fleet_id = {.kind = API_TEXT,
        .least = 1,
        .most = 512,
        .pattern = "[a-z]*fleet-[a-zA-Z0-9-]+|arn:.*:[a-z]*fleet/[a-z]*fleet-[a-zA-Z0-9-]+"};
const api_shape api_alias_id = {.kind = API_TEXT,
        .least = 1,
        .most = 512,
        .pattern = "alias-[^[:space:]]+|arn:.*:alias/alias-[^[:space:]]+"};
const api_shape api_location = {.kind = API_TEXT, .least = 1, .most = 64, .pattern = "[A-Za-z0-9-]+"};
const api_shape api_custom_location = {
        .kind = API_TEXT, .least = 8, .most = 64, .pattern = "custom-[A-Za-z0-9-]+"};
const api_shape api_compute_name = {.kind = API_TEXT,
        .least = 1,
        .most = 1024,
        .pattern = "[a-zA-Z0-9-]+(/[a-zA-Z0-9-]+)?|arn:.*:compute/[a-zA-Z0-9-]+(/[a-zA-Z0-9-]+)?"};
const api_shape api_game_session_id = {
        .kind = API_TEXT, .least = 1, .most = 512, .pattern = "[a-zA-Z0-9:/-]+"};
const api_shape api_id_string = {.kind = API_TEXT, .least = 1, .most = 48, .pattern = "[a-zA-Z0-9-]+"};
const api_shape api_free_text = {.kind = API_TEXT, .least = 1, .most = 1024};
const api_shape api_game_session_data = {.kind = API_TEXT, .least = 1, .most = 262144};
const api_shape api_player_id = {.kind = API_TEXT, .least = 1, .most = 1024};
const api_shape api_player_data = {.kind = API_TEXT, .least = 1, .most = 2048};
const api_shape api_count = {.kind = API_INTEGER, .least = 0};
const api_shape api_limit = {.kind = API_INTEGER, .least = 1};
const api_shape api_next_token = {.kind = API_TEXT, .least = 1, .most = 1024};
const api_shape api_time = {.kind = API_TIME};
const api_shape api_boolean = {.kind = API_FLAG};

static const api_shape property_key = {.kind = API_TEXT, .most = 32},
                       property_value = {.kind = API_TEXT, .most = 96};
static const api_member property_members[] = {
        {"Key", &property_key, true},
        {"Value", &property_value, true},
        {0},
};
static const api_shape property = {.kind = API_STRUCT, .members = property_members};
const api_shape api_game_properties = {.kind = API_LIST, .most = LOCAL_PROPERTIES_MAX, .item = &property};

static const api_shape tag_key = {.kind = API_TEXT, .least = 1, .most = 128},
                       tag_value = {.kind = API_TEXT, .most = 256};
static const api_member tag_members[] = {
        {"Key", &tag_key, true},
        {"Value", &tag_value, true},
        {0},
};
static const api_shape tag = {.kind = API_STRUCT, .members = tag_members};
const api_shape api_tags = {.kind = API_LIST, .most = 200, .item = &tag};

/* ---- queues and matchmaking ---- */

const api_shape api_new_queue_name = {.kind = API_TEXT, .least = 1, .most = 128, .pattern = "[a-zA-Z0-9-]+"};
const api_shape api_queue_name = {.kind = API_TEXT,
        .least = 1,
        .most = 256,
        .pattern = "[a-zA-Z0-9-]+|arn:.*:gamesessionqueue/[a-zA-Z0-9-]+"};
const api_shape api_configuration_name = {.kind = API_TEXT,
        .least = 1,
        .most = 256,
        .pattern = "[a-zA-Z0-9.-]*|arn:.*:matchmakingconfiguration/[a-zA-Z0-9.-]*"};
const api_shape api_custom_event_data = {.kind = API_TEXT, .most = 256};
const api_shape api_notification_target = {.kind = API_TEXT, .most = 300, .pattern = "[a-zA-Z0-9:_/.-]*"};
