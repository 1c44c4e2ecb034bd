/* SPDX-License-Identifier: Apache-2.0 */
/* bench [SCENARIO...]: figures of the SDK, each beside the floor measured in the same run.
 *
 * Every scenario runs in a process of its own, bound to one or two cores. Nothing is judged here: figures
 * are printed, and a person reads them. */
#include "bench.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const scenario *scenarios[64]; /* all, in the order of a run; then NULL */

static void collect_scenarios(void)
{
    static const scenario *const groups[] = {speed_scenarios, scale_scenarios, memory_scenarios,
            instruction_scenarios, recovery_scenarios, lua_scenarios};
    size_t count = 0;
    for (size_t group = 0; group < sizeof groups / sizeof groups[0]; group++)
        for (const scenario *at = groups[group]; at->name != NULL; at++)
            scenarios[count++] = at;
}

static const scenario *find(const char *name)
{
    for (size_t i = 0; scenarios[i] != NULL; i++)
        if (strcmp(scenarios[i]->name, name) == 0)
            return scenarios[i];
    fprintf(stderr, "bench: there is no scenario %s; see --help\n", name);
    exit(2);
}

/* ---- one scenario, in its own process ---- */

static void bind_to_cores(int count)
{
    cpu_set_t all, some;
    CPU_ZERO(&some);
    if (sched_getaffinity(0, sizeof all, &all) != 0)
        return;
    for (int core = 0; core < CPU_SETSIZE && count > 0; core++)
        if (CPU_ISSET(core, &all)) {
            CPU_SET(core, &some);
            count--;
        }
    sched_setaffinity(0, sizeof some, &some);
}

/* Five hundred connections of two clients, both ends of them in one process. */
static void allow_many_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int run_here(const char *what, const char *name, const char *certificates)
{
    const scenario *at = find(name);
    use_certificates(certificates);
    allow_many_files();
    bind_to_cores(at->cores);
    if (strcmp(what, "--here") == 0)
        at->run();
    else
        at->run_floor();
    return 0;
}

/* ---- a run ---- */

static char certificates[] = "/tmp/gamelift-bench-XXXXXX";

/* In a fresh process: what ran before has left no memory, thread or cache behind. */
static int run_apart(const char *what, const char *name)
{
    int status = 0, ends[2];
    if (pipe(ends) != 0)
        fail("pipe");
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl("/proc/self/exe", "bench", what, name, certificates, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    figures_pass_on(output);
    fclose(output);
    waitpid(child, &status, 0);
    if (status != 0)
        fprintf(stderr, "bench: %s did not come to its end\n", name);
    return status != 0;
}

static int run(const scenario *at)
{
    printf("\n# %s: %s\n", at->name, at->about);
    fflush(stdout);
    int failed = run_apart("--here", at->name);
    if (at->run_floor != NULL)
        failed += run_apart("--here-floor", at->name);
    return failed;
}

static int run_all(int count, char **names)
{
    char command[96];
    int failed = 0;
    if (mkdtemp(certificates) == NULL)
        fail("no temporary directory");
    make_certificates(certificates);
    for (int i = 0; i < count; i++)
        failed += run(find(names[i]));
    for (size_t i = 0; count == 0 && scenarios[i] != NULL; i++)
        failed += run(scenarios[i]);
    snprintf(command, sizeof command, "rm -r %s", certificates);
    return system(command) != 0 || failed > 0;
}

/* What a scenario is about, in lines of the same column. */
static void print_about(const scenario *at)
{
    enum { COLUMN = 28, WIDTH = 110 };
    int column = printf("  %-24s", at->name);
    for (const char *word = at->about; *word != '\0';) {
        int length = (int)strcspn(word, " ");
        if (column + 1 + length > WIDTH)
            column = printf("\n%*s", COLUMN - 2, "") - 1;
        column += printf(" %.*s", length, word);
        word += length + strspn(word + length, " ");
    }
    putchar('\n');
}

static int print_help(void)
{
    printf("Usage: bench [SCENARIO...]\n"
           "\n"
           "Prints figures of the SDK, one on a line: figure NAME VALUE UNIT. All of it takes ten minutes.\n"
           "\n"
           "NAME_floor is what the same costs without the SDK, measured in the same run: with a bare client\n"
           "on sockets, OpenSSL or libwebsockets, or as said below. NAME_ratio is the figure divided by its "
           "floor. "
           "Of\n"
           "requests/s more is better, of all else less.\n"
           "\n"
           "What else runs on the machine is in every time. Root can measure past it: chrt -f 50 bench\n"
           "\n"
           "Scenarios:\n");
    for (size_t i = 0; scenarios[i] != NULL; i++)
        print_about(scenarios[i]);
    if (fflush(stdout) == 0)
        return 0;
    perror("bench: cannot write to stdout");
    return 1;
}

int main(int argc, char **argv)
{
    collect_scenarios();
    if (argc == 4 && strncmp(argv[1], "--here", 6) == 0)
        return run_here(argv[1], argv[2], argv[3]);
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return print_help();
    for (int i = 1; i < argc; i++)
        find(argv[i]);
    return run_all(argc - 1, argv + 1);
}
