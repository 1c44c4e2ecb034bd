/* SPDX-License-Identifier: Apache-2.0 */
#include "core/container.h"
#include "test.h"

static glift__container_login login;
static glift__container_discovery discovery;

static glift__step login_fetched(int status, const char *body)
{
    return glift__container_login_fetched(&login, status, body, strlen(body));
}

static glift__step discovery_fetched(int status, const char *body)
{
    return glift__container_discovery_fetched(&discovery, status, body, strlen(body));
}

#define CREDENTIALS "{\"AccessKeyId\":\"AKIA\",\"SecretAccessKey\":\"s\",\"Token\":\"t\"}"
#define TASK        "{\"TaskARN\":\"arn:aws:ecs:us-west-2:1:task/cluster/task-7\"}"
#define NETWORK     "{\"Networks\":[{\"IPv4Addresses\":[\"172.17.0.5\"]}]}"

static void begin_login(void)
{
    glift__container_login_fini(&login);
    memset(&login, 0, sizeof login);
    CHECK_INT(glift__container_login_start(&login, "http://169.254.170.2/creds", "http://meta/v4"),
            GLIFT__STEP_FETCH);
}

TEST(P30_P31_credentials_come_first_then_the_task)
{
    begin_login();
    CHECK_TEXT(login.url, "http://169.254.170.2/creds");
    CHECK_INT(login_fetched(200, CREDENTIALS), GLIFT__STEP_FETCH);
    CHECK_TEXT(login.url, "http://meta/v4/task");
    CHECK_INT(login_fetched(204 - 4, TASK), GLIFT__STEP_DONE);
    CHECK_TEXT(login.task_id, "task-7");
    CHECK_TEXT(login.credentials.access_key, "AKIA");
    CHECK_TEXT(login.credentials.session_token, "t");
    glift__container_login_fini(&login);
}

TEST(the_task_is_asked_for_only_once)
{
    begin_login();
    login_fetched(200, CREDENTIALS);
    login_fetched(200, TASK);
    glift__container_login_start(&login, "http://169.254.170.2/creds", "http://meta/v4");
    CHECK_INT(login_fetched(200, CREDENTIALS), GLIFT__STEP_DONE);
    CHECK_TEXT(login.task_id, "task-7");
    glift__container_login_fini(&login);
}

TEST(P32_each_failure_of_the_agent_has_its_sentence)
{
    begin_login();
    CHECK_INT(login_fetched(0, "connection refused"), GLIFT__STEP_FAILED);
    CHECK_CONTAINS(login.reason, "credentials: connection refused");
    begin_login();
    CHECK_INT(login_fetched(404, ""), GLIFT__STEP_FAILED);
    CHECK_CONTAINS(login.reason, "HTTP 404");
    begin_login();
    CHECK_INT(login_fetched(200, "{\"AccessKeyId\":\"only\"}"), GLIFT__STEP_FAILED);
    CHECK_CONTAINS(login.reason, "credentials");
    begin_login();
    login_fetched(200, CREDENTIALS);
    CHECK_INT(login_fetched(200, "{}"), GLIFT__STEP_FAILED);
    CHECK_CONTAINS(login.reason, "metadata");
    glift__container_login_fini(&login);
}

TEST(P32_only_a_2xx_is_an_answer)
{
    static const int refusals[] = {199, 300, 302, 404, 500};
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        begin_login();
        CHECK_INT(login_fetched(refusals[i], CREDENTIALS), GLIFT__STEP_FAILED);
        begin_login();
        login_fetched(299, CREDENTIALS);
        CHECK_INT(login_fetched(refusals[i], TASK), GLIFT__STEP_FAILED);
    }
    glift__container_login_fini(&login);
}

/* What the network says is no text: it has a length, and may be long. */
TEST(what_the_network_says_is_told_as_far_as_it_goes_and_up_to_120_bytes)
{
    char said[200];
    memset(said, 'x', sizeof said);
    begin_login();
    CHECK_INT(glift__container_login_fetched(&login, 0, said, 7), GLIFT__STEP_FAILED);
    CHECK_TEXT(strchr(login.reason, ':'), ": xxxxxxx");
    CHECK_INT(glift__container_login_fetched(&login, 0, said, sizeof said), GLIFT__STEP_FAILED);
    CHECK_INT(strlen(strchr(login.reason, ':')), 2 + 120);
    glift__container_login_fini(&login);
    memset(&discovery, 0, sizeof discovery);
    glift__container_discovery_start(&discovery, "http://10.0.0.1:4092", "");
    CHECK_INT(glift__container_discovery_fetched(&discovery, 0, said, 7), GLIFT__STEP_FAILED);
    CHECK_TEXT(strchr(discovery.reason, ':'), ": xxxxxxx");
    CHECK_INT(glift__container_discovery_fetched(&discovery, 0, said, sizeof said), GLIFT__STEP_FAILED);
    CHECK_INT(strlen(strchr(discovery.reason, ':')), 2 + 120);
    glift__container_discovery_fini(&discovery);
}

static void begin_discovery(const char *endpoint, const char *metadata_url)
{
    glift__container_discovery_fini(&discovery);
    memset(&discovery, 0, sizeof discovery);
    CHECK_INT(glift__container_discovery_start(&discovery, endpoint, metadata_url), GLIFT__STEP_FETCH);
}

TEST(P34_the_endpoint_is_the_configured_one)
{
    begin_discovery("http://10.0.0.1:4092", "http://meta/v4");
    CHECK_TEXT(discovery.url, "http://10.0.0.1:4092/v1/");
    CHECK_INT(discovery_fetched(200, "[]"), GLIFT__STEP_DONE);
    glift__container_discovery_fini(&discovery);
}

TEST(P34_the_endpoint_may_end_in_a_slash)
{
    begin_discovery("http://10.0.0.1:4092/", "http://meta/v4");
    CHECK_TEXT(discovery.url, "http://10.0.0.1:4092/v1/");
    glift__container_discovery_fini(&discovery);
}

TEST(P34_or_it_is_derived_from_our_own_address)
{
    begin_discovery("", "http://meta/v4");
    CHECK_TEXT(discovery.url, "http://meta/v4");
    CHECK_INT(discovery_fetched(200, NETWORK), GLIFT__STEP_FETCH);
    CHECK_TEXT(discovery.url, "http://172.17.0.1:4092/v1/");
    CHECK_INT(discovery_fetched(200, "[]"), GLIFT__STEP_DONE);
    glift__container_discovery_fini(&discovery);
}

TEST(P35_a_transport_failure_falls_back_to_the_derived_endpoint)
{
    begin_discovery("http://10.0.0.1:4092", "http://meta/v4");
    CHECK_INT(discovery_fetched(0, "timed out"), GLIFT__STEP_FETCH);
    CHECK_TEXT(discovery.url, "http://meta/v4");
    CHECK_INT(discovery_fetched(200, NETWORK), GLIFT__STEP_FETCH);
    CHECK_TEXT(discovery.url, "http://172.17.0.1:4092/v1/");
    CHECK_INT(discovery_fetched(0, "connection refused"), GLIFT__STEP_FAILED); /* that was the last */
    CHECK_TEXT(discovery.reason, "Failed to connect to discovery server: connection refused");
    glift__container_discovery_fini(&discovery);
}

TEST(P35_not_when_it_is_the_same_endpoint)
{
    begin_discovery("http://172.17.0.1:4092", "http://meta/v4");
    CHECK_INT(discovery_fetched(0, "timed out"), GLIFT__STEP_FETCH);
    CHECK_INT(discovery_fetched(200, NETWORK), GLIFT__STEP_FAILED);
    CHECK_TEXT(discovery.reason, "Failed to connect to discovery server: timed out");
    glift__container_discovery_fini(&discovery);
}

TEST(P35_P36_an_http_error_is_an_answer_and_has_no_fallback)
{
    begin_discovery("http://10.0.0.1:4092", "http://meta/v4");
    CHECK_INT(discovery_fetched(503, ""), GLIFT__STEP_FAILED);
    CHECK_TEXT(discovery.reason, "Discovery server returned HTTP 503");
    glift__container_discovery_fini(&discovery);
}

TEST(without_an_address_there_is_no_endpoint)
{
    static const char *const bodies[] = {
            "{}", "{\"Networks\":[]}", "nonsense", "{\"Networks\":[{\"IPv4Addresses\":[\"localhost\"]}]}"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        begin_discovery("", "http://meta/v4");
        CHECK_INT(discovery_fetched(200, bodies[i]), GLIFT__STEP_FAILED);
        CHECK_TEXT(discovery.reason, "Could not resolve discovery server endpoint.");
    }
    glift__container_discovery_fini(&discovery);
    memset(&discovery, 0, sizeof discovery);
    CHECK_INT(glift__container_discovery_start(&discovery, "", ""), GLIFT__STEP_FAILED);
}
