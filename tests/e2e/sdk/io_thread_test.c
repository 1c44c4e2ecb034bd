/* SPDX-License-Identifier: Apache-2.0 */
/* The I/O thread as a guest in the host's process: many links, comings and goings, signals, the log. */
#include "stand_in.h"
#include "ws_service.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "../../unit/test.h"

static glift_io *new_io(void)
{
    glift_io *io = NULL;
    CHECK_INT(glift_io_create(NULL, &io), GLIFT_OK);
    return io;
}

TEST(an_io_without_links_comes_and_goes)
{
    for (int i = 0; i < 20; i++) {
        glift_io *io = new_io();
        CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    }
    CHECK_INT(glift_io_destroy(NULL), GLIFT_OK);
    CHECK_INT(glift_io_create(NULL, NULL), GLIFT_ERR_ARGUMENT);
}

TEST(an_io_desc_is_taken_as_its_size_says)
{
    struct {
        glift_io_desc known;
        size_t more;
    } later = {.known = {.size_bytes = sizeof later}};
    const glift_io_desc *desc = &later.known;
    glift_io *io = NULL;
    CHECK_INT(glift_io_create(desc, &io), GLIFT_OK); /* what it does not know is zero */
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    later.more = 1;
    CHECK_INT(glift_io_create(desc, &io), GLIFT_ERR_UNSUPPORTED);
    CHECK(io == NULL);
    later.known.size_bytes = offsetof(glift_io_desc, user) + 1;
    CHECK_INT(glift_io_create(desc, &io), GLIFT_ERR_ARGUMENT);
    later.known.size_bytes = offsetof(glift_io_desc, user);
    CHECK_INT(glift_io_create(desc, &io), GLIFT_OK);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

TEST(an_io_with_a_link_refuses_to_go)
{
    glift_io *io = new_io();
    glift__core *core = stand_in_attach_usual(io);
    CHECK_INT(glift_io_destroy(io), GLIFT_ERR_STATE);
    stand_in_detach(core);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

static int thread_count(void)
{
    int count = -2; /* . and .. */
    DIR *tasks = opendir("/proc/self/task");
    while (readdir(tasks) != NULL)
        count++;
    closedir(tasks);
    return count;
}

TEST(five_hundred_links_share_one_thread)
{
    enum { LINKS = 500 };
    static glift__core *cores[LINKS];
    static ws_peer peers[LINKS];
    int before = thread_count();
    glift_io *io = new_io();
    ws_service service = ws_service_open(NULL, NULL, NULL);
    for (size_t i = 0; i < LINKS; i++)
        cores[i] = stand_in_attach_usual(io);
    for (size_t i = 0; i < LINKS; i++) {
        stand_in_dial_port(cores[i], 1, service.port);
        peers[i] = ws_accept_upgraded(&service); /* of cores[i]: one after the other */
        stand_in_expect(cores[i], "opened 1");
    }
    CHECK_INT(thread_count(), before + 1);
    for (size_t i = 0; i < LINKS; i++) {
        char text[32];
        snprintf(text, sizeof text, "from %zu", i);
        stand_in_say(cores[i], 1, text);
        ws_expect(&peers[i], WS_TEXT, text);
        ws_send(&peers[i], WS_TEXT, true, text, strlen(text));
    }
    for (size_t i = 0; i < LINKS; i++) {
        char text[64];
        snprintf(text, sizeof text, "received 1 from %zu", i);
        stand_in_expect(cores[i], text);
    }
    for (size_t i = 0; i < LINKS; i++) {
        stand_in_detach(cores[i]);
        ws_close(&peers[i]);
    }
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    ws_service_close(&service);
}

TEST(a_link_can_go_at_any_moment_of_a_connection)
{
    glift_io *io = new_io();
    ws_service unheard = ws_service_open(NULL, NULL, NULL), service = ws_service_open(NULL, NULL, NULL);
    glift__core *core = stand_in_attach_usual(io); /* at once */
    stand_in_dial_port(core, 1, unheard.port);
    stand_in_detach(core);

    core = stand_in_attach_usual(io); /* during the handshake */
    stand_in_dial_port(core, 1, service.port);
    ws_peer peer = ws_accept(&service);
    stand_in_detach(core);
    ws_close(&peer);

    core = stand_in_attach_usual(io); /* open, with a fetch and a second dial under way */
    stand_in_dial_port(core, 1, service.port);
    peer = ws_accept_upgraded(&service);
    stand_in_expect(core, "opened 1");
    stand_in_fetch(core, 1, "http://127.0.0.1:1/", 1000);
    stand_in_dial_port(core, 2, service.port);
    stand_in_detach(core);
    ws_expect_end(&peer);
    ws_close(&peer);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    ws_service_close(&unheard);
    ws_service_close(&service);
}

static void *come_and_go(void *argument)
{
    for (int i = 0; i < 200; i++) {
        glift__core *core = stand_in_attach_usual(argument);
        stand_in_say(core, 1, "to nobody");
        stand_in_detach(core);
    }
    return NULL;
}

TEST(links_of_several_threads_come_and_go)
{
    glift_io *io = new_io();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, come_and_go, io), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

/* ---- a guest leaves the house as it was ---- */

static void on_signal(int number)
{
    (void)number;
}

TEST(the_disposition_of_sigpipe_stays_the_hosts)
{
    struct sigaction after;
    signal(SIGPIPE, on_signal);
    glift_io *io = new_io();
    CHECK_INT(sigaction(SIGPIPE, NULL, &after), 0);
    CHECK(after.sa_handler == on_signal);
    signal(SIGPIPE, SIG_DFL);
    glift_io_destroy(io);
}

static unsigned long long blocked_signals(const char *task)
{
    char path[300], line[256];
    unsigned long long blocked = 0;
    snprintf(path, sizeof path, "/proc/self/task/%s/status", task);
    FILE *status = fopen(path, "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        sscanf(line, "SigBlk: %llx", &blocked);
    fclose(status);
    return blocked;
}

TEST(the_thread_blocks_all_signals)
{
    char own[16];
    bool seen = false;
    glift_io *io = new_io();
    snprintf(own, sizeof own, "%d", getpid());
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        if (task->d_name[0] == '.' || strcmp(task->d_name, own) == 0)
            continue;
        unsigned long long blocked = blocked_signals(task->d_name);
        seen = seen || ((blocked >> (SIGTERM - 1) & 1) && (blocked >> (SIGPIPE - 1) & 1));
    }
    closedir(tasks);
    CHECK(seen);
    glift_io_destroy(io);
}

TEST(ordinary_failures_write_nothing_to_stderr)
{
    char written[4096];
    FILE *file = tmpfile();
    int before = dup(2);
    fflush(stderr);
    dup2(fileno(file), 2);
    glift_io *io = new_io();
    glift__core *core = stand_in_attach_usual(io);
    ws_service service = ws_service_open(NULL, NULL, NULL);
    stand_in_dial(core, 1, "wss://127.0.0.1:1/?Authorization=secret");
    stand_in_expect(core, "closed 1 no-connection");
    stand_in_dial_port(core, 2, service.port);
    ws_peer peer = ws_accept(&service);
    free(ws_read_request(&peer));
    ws_write_text(&peer, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    stand_in_expect(core, "closed 2 refused 403");
    stand_in_detach(core);
    glift_io_destroy(io);
    dup2(before, 2);
    close(before);
    rewind(file);
    written[fread(written, 1, sizeof written - 1, file)] = '\0';
    CHECK_TEXT(written, "");
    fclose(file);
    ws_close(&peer);
    ws_service_close(&service);
}
