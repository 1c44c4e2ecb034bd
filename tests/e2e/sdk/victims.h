/* SPDX-License-Identifier: Apache-2.0 */
/* Runs victim.c, many at a time, and tells how each one ended. Include it once, after test.h. */
#ifndef VICTIMS_H
#define VICTIMS_H

#include "certificates.h"
#include "friendly_service.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { AT_A_TIME = 6, VICTIM_PATIENCE_S = 60 };

typedef struct victim {
    pid_t pid; /* 0: none */
    const char *what;
    long number;
} victim;

static struct {
    victim running[AT_A_TIME];
    int ended[256]; /* by exit code */
    int killed;     /* by a signal */
} victims;

static inline void note_end(pid_t pid, int status)
{
    for (int i = 0; i < AT_A_TIME; i++) {
        victim *self = &victims.running[i];
        if (self->pid != pid)
            continue;
        self->pid = 0;
        if (WIFEXITED(status)) {
            victims.ended[WEXITSTATUS(status)]++;
        } else {
            victims.killed++;
            printf("# %s %ld was killed by signal %d\n", self->what, self->number, WTERMSIG(status));
        }
    }
}

static inline bool wait_for_one(void)
{
    int status;
    pid_t pid = waitpid(-1, &status, 0);
    if (pid > 0)
        note_end(pid, status);
    return pid > 0;
}

static inline void wait_for_all_victims(void)
{
    while (wait_for_one())
        ;
}

static inline void start_victim(const char *url, const char *ca_file, const char *what, long number)
{
    char text[32];
    char *const arguments[] = {(char *)VICTIM, (char *)url, (char *)ca_file, (char *)what, text, NULL};
    int place = 0;
    snprintf(text, sizeof text, "%ld", number);
    while (place < AT_A_TIME && victims.running[place].pid != 0)
        place++;
    if (place == AT_A_TIME) {
        wait_for_one();
        start_victim(url, ca_file, what, number);
        return;
    }
    victim *self = &victims.running[place];
    *self = (victim){.what = what, .number = number};
    CHECK_INT(posix_spawn(&self->pid, VICTIM, NULL, NULL, arguments, environ), 0);
}

/* ---- the service that they live with ---- */

static friendly_service victims_service;
static char victims_url[64], victims_ca_file[128];

static inline void victims_begin(bool tls, int other_roots)
{
    char certificate[128], key[128];
    const char *directory = certificates_directory();
    memset(&victims, 0, sizeof victims);
    setenv("SSL_CERT_FILE", "/none", 1); /* the system's roots are hundreds, and of no use here */
    setenv("SSL_CERT_DIR", "/none", 1);
    certificates_authority(directory, "ca");
    certificates_leaf(directory, "service", "IP:127.0.0.1", 30);
    certificates_bundle(directory, "roots", other_roots);
    snprintf(certificate, sizeof certificate, "%s/service.pem", directory);
    snprintf(key, sizeof key, "%s/service.key", directory);
    snprintf(victims_ca_file, sizeof victims_ca_file, "%s/roots.pem", directory);
    friendly_service_start(&victims_service, tls ? certificate : NULL, key);
    snprintf(victims_url, sizeof victims_url, "%s://127.0.0.1:%u", tls ? "wss" : "ws",
            victims_service.service.port);
}

static inline void victims_end(void)
{
    wait_for_all_victims();
    friendly_service_stop(&victims_service);
    for (int code = 1; code < 256; code++)
        if (victims.ended[code] > 0)
            printf("# %d ended with code %d\n", victims.ended[code], code);
}

#endif
