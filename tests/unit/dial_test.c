/* SPDX-License-Identifier: Apache-2.0 */
/* Where a dial leads and as whom, and that nobody hears of what it proves itself with: wire protocol 1.2 to
 * 1.4 and 3.5. */
#include "test.h"

#include "dials.h"

TEST(create_dials_at_once_with_the_identity_in_the_url)
{
    new_game();
    create_game();
    CHECK_INT(fake.dial_count, 1);
    CHECK_CONTAINS(fake_dial(0)->url, "wss://gamelift.test/?");
    CHECK_TEXT(parameter(fake_dial(0), "pID"), the.process_id);
    CHECK_TEXT(parameter(fake_dial(0), "ComputeId"), "host-1");
    CHECK_TEXT(parameter(fake_dial(0), "Authorization"), "token-1");
    end_game();
}

TEST(P16_the_idempotency_token_stays_within_one_connect_and_changes_with_the_next)
{
    new_game();
    create_game();
    refuse(fake_dial(0));
    fake_socket *second = next_dial(600);
    CHECK_TEXT(parameter(second, "IdempotencyToken"), parameter(fake_dial(0), "IdempotencyToken"));
    CHECK_INT(strlen(parameter(second, "IdempotencyToken")), 36);
    fake_open(second);
    fake_end(second, GLIFT__END_LOST, 0, "reset");
    fake_socket *third = next_dial(101);
    CHECK(strcmp(parameter(third, "IdempotencyToken"), parameter(second, "IdempotencyToken")) != 0);
    end_game();
}

TEST(P115_a_refresh_dials_the_new_endpoint_with_the_new_token_and_no_signature)
{
    new_game();
    sign_with_keys();
    fake_socket *socket = ready_game();
    CHECK_TEXT(parameter(socket, "Authorization"), "SigV4");
    fake_say(socket, REFRESH("wss://other.test", "token-2"));
    fake_socket *fresh = fake_last_dial();
    CHECK_CONTAINS(fresh->url, "wss://other.test/");
    CHECK_TEXT(parameter(fresh, "Authorization"), "token-2");
    CHECK_TEXT(parameter(fresh, "X-Amz-Signature"), "");
    CHECK_TEXT(parameter(fresh, "pID"), the.process_id);
    CHECK_TEXT(parameter(fresh, "ComputeId"), "host-1");
    CHECK_TEXT(parameter(fresh, "FleetId"), "fleet-1");
    CHECK(strcmp(parameter(fresh, "IdempotencyToken"), parameter(socket, "IdempotencyToken")) != 0);
    end_game();
}

TEST(P143_after_a_failed_refresh_a_drop_is_reconnected_to_where_it_worked)
{
    new_game();
    fake_socket *old = hosting_game();
    fake_say(old, REFRESH("wss://dead.test", "token-2"));
    refuse(fake_last_dial());
    fake_end(old, GLIFT__END_LOST, 0, "reset");
    fake_socket *redial = next_dial(101);
    CHECK_CONTAINS(redial->url, "wss://gamelift.test/");
    CHECK_TEXT(parameter(redial, "Authorization"), "token-1");
    end_game();
}

TEST(when_the_old_token_does_not_work_any_more_the_one_of_the_failed_refresh_is_tried)
{
    new_game();
    fake_socket *old = hosting_game();
    fake_say(old, REFRESH("wss://b.test", "token-2"));
    refuse(fake_last_dial());
    fake_end(old, GLIFT__END_LOST, 0, "reset");
    fake_end(next_dial(101), GLIFT__END_HANDSHAKE_REFUSED, 403, "");
    fake_socket *redial = next_dial(32001);
    CHECK_TEXT(parameter(redial, "Authorization"), "token-2");
    fake_open(redial);
    fake_end(redial, GLIFT__END_LOST, 0, "reset");
    CHECK_TEXT(parameter(next_dial(1001), "Authorization"), "token-2");
    end_game();
}

TEST(once_the_old_token_has_connected_the_one_of_a_failed_refresh_is_not_tried_any_more)
{
    new_game();
    fake_socket *old = hosting_game();
    fake_say(old, REFRESH("wss://b.test", "token-2"));
    refuse(fake_last_dial());
    fake_end(old, GLIFT__END_LOST, 0, "reset");
    fake_open(next_dial(101));
    fake_end(fake_last_dial(), GLIFT__END_LOST, 0, "reset");
    for (int i = 0; i < 3; i++) {
        CHECK_TEXT(parameter(next_dial(2001), "Authorization"), "token-1");
        refuse(fake_last_dial());
    }
    end_game();
}

TEST(P145_a_reconnect_after_a_refresh_uses_the_new_endpoint_and_token)
{
    new_game();
    fake_socket *old = hosting_game();
    fake_say(old, REFRESH("wss://other.test", "token-2"));
    fake_socket *fresh = fake_last_dial();
    fake_open(fresh);
    fake_pass(10000);
    fake_end(fresh, GLIFT__END_LOST, 0, "reset");
    for (int i = 0; i < 3; i++) {
        fake_socket *redial = next_dial(2001);
        CHECK_CONTAINS(redial->url, "wss://other.test/");
        CHECK_TEXT(parameter(redial, "Authorization"), "token-2");
        refuse(redial);
    }
    end_game();
}

TEST(P145_a_signed_reconnect_carries_a_new_date_and_signature)
{
    new_game();
    sign_with_keys();
    fake_socket *socket = ready_game();
    CHECK_TEXT(parameter(socket, "X-Amz-Date"), "20260101T001640Z"); /* as fake_io begins */
    fake_pass(40000);
    fake_end(socket, GLIFT__END_LOST, 0, "reset");
    fake_socket *redial = next_dial(101);
    CHECK(strcmp(parameter(redial, "X-Amz-Date"), parameter(socket, "X-Amz-Date")) != 0);
    CHECK(strcmp(parameter(redial, "X-Amz-Signature"), parameter(socket, "X-Amz-Signature")) != 0);
    end_game();
}

/* 8.2, 8 and 24: a token lives for minutes, keys for as long as the process. */
TEST(P145_keys_sign_anew_where_the_token_of_a_refresh_has_expired)
{
    new_game();
    sign_with_keys();
    fake_socket *socket = ready_game();
    fake_say(socket, REFRESH("wss://other.test", "token-2"));
    fake_open(fake_last_dial());
    fake_end(fake_last_dial(), GLIFT__END_LOST, 0, "reset");
    CHECK_TEXT(parameter(next_dial(101), "Authorization"), "token-2");
    fake_end(fake_last_dial(), GLIFT__END_HANDSHAKE_REFUSED, 403, "");
    CHECK_TEXT(parameter(next_dial(32001), "Authorization"), "SigV4");
    fake_end(fake_last_dial(), GLIFT__END_HANDSHAKE_REFUSED, 403, "");
    CHECK_TEXT(parameter(next_dial(32001), "Authorization"), "token-2");
    fake_end(fake_last_dial(), GLIFT__END_HANDSHAKE_REFUSED, 403, "");
    CHECK_TEXT(parameter(next_dial(32001), "Authorization"), "SigV4");
    fake_open(fake_last_dial());
    fake_end(fake_last_dial(), GLIFT__END_LOST, 0, "reset");
    CHECK_TEXT(parameter(next_dial(501), "Authorization"), "SigV4"); /* the token is not tried again */
    end_game();
}

/* ---- containers ---- */

static void in_a_container(void)
{
    new_game();
    the.desc.auth_token = the.desc.host_id = NULL;
    the.desc.compute_type = "CONTAINER";
    the.desc.aws_region = "us-west-2";
    the.desc.container_credentials_uri = "/v2/credentials/1";
    the.desc.container_metadata_uri = "http://169.254.170.2/v4/1";
}

#define CREDENTIALS(key) "{\"AccessKeyId\":\"" key "\",\"SecretAccessKey\":\"s\",\"Token\":\"t\"}"
#define TASK             "{\"TaskARN\":\"arn:aws:ecs:us-west-2:1:task/cluster/task-7\"}"

TEST(P30_P31_a_container_fetches_credentials_and_task_id_before_the_dial)
{
    in_a_container();
    create_game();
    CHECK_INT(fake.dial_count, 0);
    CHECK_TEXT(fake_last_fetch()->url, "http://169.254.170.2/v2/credentials/1");
    fake_answer_fetch(fake_last_fetch(), 200, CREDENTIALS("AKIA1"));
    CHECK_TEXT(fake_last_fetch()->url, "http://169.254.170.2/v4/1/task");
    fake_pass(3000);
    fake_answer_fetch(fake_last_fetch(), 200, TASK);
    CHECK_INT(fake.dial_count, 1);
    CHECK_TEXT(parameter(fake_dial(0), "X-Amz-Date"), "20260101T001643Z"); /* of the dial */
    CHECK_TEXT(parameter(fake_dial(0), "ComputeId"), "task-7");
    CHECK_CONTAINS(parameter(fake_dial(0), "X-Amz-Credential"), "AKIA1");
    CHECK_TEXT(parameter(fake_dial(0), "X-Amz-Security-Token"), "t");
    end_game();
}

TEST(a_container_reconnects_with_fresh_credentials_and_the_same_task)
{
    in_a_container();
    create_game();
    fake_answer_fetch(fake_last_fetch(), 200, CREDENTIALS("AKIA1"));
    fake_answer_fetch(fake_last_fetch(), 200, TASK);
    fake_open(fake_dial(0));
    fake_end(fake_dial(0), GLIFT__END_LOST, 0, "reset");
    fake_pass(100);
    CHECK_INT(fake.fetch_count, 3);
    fake_answer_fetch(fake_last_fetch(), 200, CREDENTIALS("AKIA2"));
    CHECK_INT(fake.fetch_count, 3);
    CHECK_CONTAINS(parameter(fake_last_dial(), "X-Amz-Credential"), "AKIA2");
    CHECK_TEXT(parameter(fake_last_dial(), "ComputeId"), "task-7");
    end_game();
}

TEST(P32_a_container_agent_that_refuses_is_told_and_asked_again)
{
    in_a_container();
    create_game();
    fake_answer_fetch(fake_last_fetch(), 500, "");
    tick();
    CHECK_CONTAINS(the.reasons[0], "HTTP 500");
    fake_pass(501);
    CHECK_INT(fake.fetch_count, 2);
    end_game();
}

TEST(a_container_agent_that_fails_after_a_refused_dial_is_the_reason_from_then_on)
{
    in_a_container();
    create_game();
    fake_answer_fetch(fake_last_fetch(), 200, CREDENTIALS("AKIA1"));
    fake_answer_fetch(fake_last_fetch(), 200, TASK);
    fake_end(fake_last_dial(), GLIFT__END_HANDSHAKE_REFUSED, 429, "");
    fake_pass(32001);
    fake_answer_fetch(fake_last_fetch(), 500, "");
    size_t fetches = fake.fetch_count;
    fake_pass(2001); /* and is not given the distance that the service asked for */
    tick();
    CHECK_INT(the.connections[0].status, GLIFT_ERR_THROTTLED);
    CHECK_INT(the.connections[1].status, GLIFT_ERR_CONNECT);
    CHECK_INT(fake.fetch_count, fetches + 1);
    end_game();
}

TEST(what_the_container_agent_answers_for_a_dial_that_was_given_up_is_ignored)
{
    in_a_container();
    create_game();
    fake_answer_fetch(fake_last_fetch(), 200, CREDENTIALS("AKIA1"));
    fake_answer_fetch(fake_last_fetch(), 200, TASK);
    fake_socket *socket = fake_last_dial();
    fake_open(socket);
    say_ready();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    for (int i = 0; i < 2; i++) { /* a connection that does not answer is to be replaced */
        tick();
        glift_get_compute_certificate(the.server, on_answer, NULL);
        tick();
        fake_pass(20000);
    }
    CHECK_INT(fake.fetch_count, 3);
    fake_fetch *login = fake_last_fetch();
    fake_say(socket, REFRESH("wss://other.test", "token-2"));
    CHECK_INT(fake.dial_count, 2);
    tick();
    the.answer_count = 0;
    glift_list_containers_network_info(the.server, on_answer, NULL);
    fake_answer_fetch(login, 200, CREDENTIALS("AKIA2"));
    tick();
    CHECK_INT(fake.dial_count, 2);
    CHECK_INT(the.answer_count, 0); /* nor is it a list of containers */
    fake_open(fake_last_dial());
    fake_end(fake_last_dial(), GLIFT__END_LOST, 0, "reset");
    CHECK_TEXT(parameter(next_dial(501), "Authorization"), "token-2");
    end_game();
}

TEST(a_refreshed_container_dials_with_the_token_and_its_task_id)
{
    in_a_container();
    create_game();
    fake_answer_fetch(fake_last_fetch(), 200, CREDENTIALS("AKIA1"));
    fake_answer_fetch(fake_last_fetch(), 200, TASK);
    fake_open(fake_dial(0));
    fake_say(fake_dial(0), REFRESH("wss://other.test", "token-2"));
    CHECK_INT(fake.fetch_count, 2);
    CHECK_TEXT(parameter(fake_last_dial(), "Authorization"), "token-2");
    CHECK_TEXT(parameter(fake_last_dial(), "ComputeId"), "task-7");
    end_game();
}

/* ---- secrets ---- */

TEST(no_secret_reaches_a_log_line_or_a_reason)
{
    new_game();
    the.desc.auth_token = "very-secret-token";
    fake_socket *socket = hosting_game();
    fake_say(socket, REFRESH("wss://other.test", "another-secret"));
    fake_end(fake_last_dial(), GLIFT__END_HANDSHAKE_REFUSED, 403,
            "{\"ErrorMessage\":\"another-secret is bad\"}");
    fake_say(socket, "{\"Action\":\"RefreshConnection\",\"AuthToken\":\"third-secret\"}"); /* to nowhere */
    fake_say(socket, "{\"Action\":\"RefreshConnection\",\"AuthToken\":\"third-secret\","); /* cut off */
    fake_end(socket, GLIFT__END_CLOSED, 1008, "very-secret-token expired");
    fake_pass(100);
    fake_end(fake_last_dial(), GLIFT__END_HANDSHAKE_REFUSED, 403, "{\"ErrorMessage\":\"very-secret-token\"}");
    tick();
    CHECK(the.log[0] != '\0');
    CHECK(strstr(the.log, "secret") == NULL);
    for (int i = 0; i < the.connection_count; i++)
        CHECK(strstr(the.reasons[i], "secret") == NULL);
    end_game();
}

TEST(no_signed_secret_reaches_a_log_line_in_a_whole_life)
{
    static const char *const secrets[] = {"AKIDSECRET", "wJalrSECRETKEY", "session-SECRET", "tokenSECRET"};
    new_game();
    the.desc.auth_token = NULL;
    the.desc.aws_region = "us-west-2";
    the.desc.access_key = secrets[0];
    the.desc.secret_key = secrets[1];
    the.desc.session_token = secrets[2];
    create_game();
    char body[8192], signature[65];
    snprintf(signature, sizeof signature, "%s", strstr(fake_dial(0)->url, "X-Amz-Signature=") + 16);
    CHECK_INT(strlen(signature), 64);
    const char *const echoes[] = {fake_dial(0)->url, signature, secrets[0], secrets[1], secrets[2]};
    for (size_t i = 0; i < sizeof echoes / sizeof echoes[0]; i++) {
        snprintf(body, sizeof body, "{\"ErrorMessage\":\"%s is refused\"}", echoes[i]);
        fake_end(fake_last_dial(), GLIFT__END_HANDSHAKE_REFUSED, 403, body);
        CHECK(next_dial(33000) != NULL);
    }
    fake_socket *socket = fake_last_dial();
    fake_open(socket);
    say_ready();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    fake_say(socket, REFRESH("wss://other.test", "tokenSECRET"));
    fake_open(fake_last_dial());
    answer_code(socket, hear(socket, "HeartbeatServerProcess"), 500,
            ",\"ErrorMessage\":\"token tokenSECRET has expired\"");
    fake_end(fake_last_dial(), GLIFT__END_CLOSED, 1008, "tokenSECRET");
    tick();
    end_game();
    CHECK_CONTAINS(the.log, "HTTP 403");
    CHECK_CONTAINS(the.log, "a heartbeat failed");
    CHECK(strstr(the.log, "SECRET") == NULL);
    CHECK(strstr(the.log, signature) == NULL);
    for (int i = 0; i < the.connection_count; i++) {
        CHECK(strstr(the.reasons[i], "SECRET") == NULL);
        CHECK(strstr(the.reasons[i], signature) == NULL);
    }
}

TEST(no_secret_of_a_container_reaches_a_log_line)
{
    static const char credentials[] = "{\"AccessKeyId\":\"AKSECRET\",\"SecretAccessKey\":\"keySECRET\","
                                      "\"Token\":\"tokSECRET\",\"Expiration\":\"2030-01-01T00:00:00Z\"}";
    in_a_container();
    create_game();
    fake_answer_fetch(fake_last_fetch(), 403, credentials); /* refused, with what must not be told */
    fake_pass(33000);
    fake_answer_fetch(fake_last_fetch(), 200, "{\"SecretAccessKey\":\"keySECRET\"}"); /* not whole */
    fake_pass(33000);
    fake_answer_fetch(fake_last_fetch(), 200, credentials);
    fake_answer_fetch(fake_last_fetch(), 200, TASK);
    static const char *const echoes[] = {"AKSECRET", "keySECRET", "tokSECRET"};
    for (size_t i = 0; i < sizeof echoes / sizeof echoes[0]; i++) {
        char body[128];
        CHECK_INT(fake_last_dial()->state, FAKE_DIALLING);
        CHECK_CONTAINS(fake_last_dial()->url, "AKSECRET");
        snprintf(body, sizeof body, "{\"ErrorMessage\":\"%s is refused\"}", echoes[i]);
        fake_end(fake_last_dial(), GLIFT__END_HANDSHAKE_REFUSED, 403, body);
        fake_pass(33000);
        fake_answer_fetch(fake_last_fetch(), 200, credentials);
    }
    tick();
    end_game();
    CHECK_CONTAINS(the.log, "HTTP 403");
    CHECK(strstr(the.log, "SECRET") == NULL);
    for (int i = 0; i < the.connection_count; i++)
        CHECK(strstr(the.reasons[i], "SECRET") == NULL);
}

/* ---- no way back from TLS ---- */

TEST(a_refresh_that_gives_up_tls_is_refused_with_a_log_line_and_the_connection_goes_on)
{
    static const char *const pushes[] = {REFRESH("ws://other.test", "token-2"),
            REFRESH("WS://gamelift.test/path", "token-2"), REFRESH("ws://other.test?a=b", "token-2")};
    new_game();
    fake_socket *socket = hosting_game();
    for (size_t i = 0; i < sizeof pushes / sizeof pushes[0]; i++) {
        the.log[0] = '\0';
        fake_say(socket, pushes[i]);
        fake_pass(60000);
        tick();
        CHECK_INT(fake.dial_count, 1);
        CHECK_CONTAINS(the.log, "RefreshConnection is refused");
        CHECK(strstr(the.log, "token-2") == NULL);
    }
    CHECK_INT(the.connection_count, 1);
    fake_say(socket, REFRESH("wss://other.test", "token-3"));
    CHECK_INT(fake.dial_count, 2);
    end_game();
}

TEST(a_connection_without_tls_is_refreshed_without_it_and_with_it_but_does_not_go_back)
{
    new_game();
    the.desc.websocket_url = "ws://gamelift.test";
    fake_socket *socket = hosting_game();
    fake_say(socket, REFRESH("ws://other.test", "token-2"));
    CHECK_INT(fake.dial_count, 2);
    fake_open(fake_last_dial());
    fake_say(fake_last_dial(), REFRESH("wss://third.test", "token-3"));
    CHECK_INT(fake.dial_count, 3);
    fake_open(fake_last_dial());
    fake_say(fake_last_dial(), REFRESH("ws://other.test", "token-4"));
    CHECK_INT(fake.dial_count, 3);
    tick();
    CHECK_CONTAINS(the.log, "RefreshConnection is refused");
    end_game();
}

/* Each of its connections asks for the next one at once, and is closed when that is open. */
TEST(a_service_that_refreshes_without_end_does_not_set_the_pace_of_dialling)
{
    new_game();
    fake_socket *current = hosting_game();
    for (int ms = 0; ms < 60000; ms++) {
        fake_say(current, REFRESH("wss://next.test", "token-2"));
        fake_socket *next = next_dial(1);
        if (next == NULL)
            continue;
        CHECK(fake.dial_count <= 1 + 10 + 60);
        fake_open(next);
        fake_end(current, GLIFT__END_CLOSED, 1001, "");
        current = next;
    }
    CHECK(fake.dial_count >= 60);
    end_game();
}

TEST(refreshes_to_where_nobody_is_are_dialled_no_faster)
{
    new_game();
    fake_socket *current = hosting_game();
    for (int ms = 0; ms < 60000; ms++) {
        fake_say(current, REFRESH("wss://dead.test", "token-2"));
        fake_socket *next = next_dial(1);
        if (next != NULL)
            refuse(next);
        CHECK(fake.dial_count <= 1 + 10 + 60);
    }
    CHECK(fake.dial_count >= 60);
    CHECK_INT(current->state, FAKE_OPEN);
    end_game();
}

TEST(a_refresh_that_has_to_wait_is_dialled_when_its_time_has_come)
{
    new_game();
    fake_socket *current = hosting_game();
    for (int i = 0; i < 10; i++) {
        fake_say(current, REFRESH("wss://dead.test", "token-2"));
        refuse(fake_last_dial());
    }
    fake_say(current, REFRESH("wss://last.test", "token-3"));
    CHECK(next_dial(900) == NULL);
    fake_socket *late = next_dial(101);
    CHECK(late != NULL);
    CHECK_CONTAINS(late->url, "wss://last.test/");
    end_game();
}
