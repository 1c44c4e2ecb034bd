/* SPDX-License-Identifier: Apache-2.0 */
/* Signals belong to the process, and a handler has no user pointer: this file alone keeps statics. */

#include "signals.h"
#include "engine.h"

#include <signal.h>
#include <unistd.h>

enum { AFTER_INTERRUPT_S = 5 };

static engine *volatile target;
static volatile sig_atomic_t terminations, reloads, alarms;
static unsigned limit_after_s;

static void on_signal(int number)
{
    const engine *e = target;
    if (number == SIGHUP)
        reloads = 1;
    else if (terminations++ == 0)
        alarm(limit_after_s); /* here, because a script that spins lets nobody else do it */
    if (e != NULL && e->net_loop != NULL)
        net_wake(e->net_loop);
}

static void on_alarm(int number)
{
    static const char sorry[] = "arena: the program did not end in time, and is ended\n";
    engine *e = target;
    (void)number;
    if (alarms++ > 0) {
        ssize_t written = write(STDERR_FILENO, sorry, sizeof sorry - 1);
        (void)written; /* there is nobody else to tell */
        _exit(1);
    }
    if (e != NULL) {
        script *running = e->entered;
        engine_exit_all(e, 0); /* else the next tick would run the same code again */
        if (running != NULL)
            script_interrupt(running);
    }
    alarm(AFTER_INTERRUPT_S);
}

/* Some more CPU time has been used. */
static void on_profile(int number)
{
    script *running = target != NULL ? target->entered : NULL;
    (void)number;
    if (running != NULL)
        script_watch(running);
}

void signals_attach(engine *e, unsigned limit_s)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    limit_after_s = limit_s;
    target = e;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    action.sa_handler = on_profile;
    sigaction(SIGPROF, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

int signals_terminations(void)
{
    return terminations;
}

bool signals_take_reload(void)
{
    bool asked = reloads != 0;
    reloads = 0;
    return asked;
}

void signals_limit(unsigned seconds)
{
    alarms = 0;
    alarm(seconds);
}
