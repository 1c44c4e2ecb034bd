/* SPDX-License-Identifier: Apache-2.0 */
/* arena: finds its files, then runs the engine. */

#include "engine.h"
#include "log.h"
#include "log_file.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void folder_of(char *out, const char *file)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", file);
    snprintf(out, PATH_MAX, "%s", dirname(copy));
}

static void join(char *out, const char *folder, const char *name)
{
    /* A path that does not fit is no path: the error of opening it names it. */
    if (snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        out[0] = '\0';
}

/* The first place that has the file: where it was installed, else beside the program, as in a build folder or
 * a game folder. No place is known by an absolute path, so that folders may be copied anywhere. */
static void find(
        char *out, const char *program_folder, const char *installed, const char *beside, const char *name)
{
    char folder[PATH_MAX];
    join(folder, program_folder, installed);
    join(out, folder, name);
    if (access(out, R_OK) == 0)
        return;
    join(folder, program_folder, beside);
    join(out, folder, name);
}

static bool find_files(engine *e)
{
    static const char *const scripts[] = {"main.lua", "lobby.lua", "bot.lua"};
    const options *o = &e->options;
    engine_paths *paths = &e->paths;
    char program[PATH_MAX] = "", *folder = paths->program_folder;
    if (readlink("/proc/self/exe", program, sizeof program - 1) < 0)
        return false;
    folder_of(folder, program);
    find(paths->script, folder, "../share/gamelift/arena", "share/gamelift/arena", scripts[o->mode]);
    find(paths->assets, folder, "../share/gamelift/assets", "share/gamelift/assets", "");
    find(paths->plugin, folder, "../" ARENA_PLUGIN_FOLDER, ".", "gamelift_plugin.so");
    if (o->script != NULL)
        snprintf(paths->script, sizeof paths->script, "%s", o->script);
    if (o->assets != NULL)
        snprintf(paths->assets, sizeof paths->assets, "%s", o->assets);
    /* dlopen() searches the system for a name without a slash. */
    if (o->plugin != NULL)
        snprintf(paths->plugin, sizeof paths->plugin, "%s%s", strchr(o->plugin, '/') ? "" : "./", o->plugin);
    folder_of(paths->script_folder, paths->script);
    folder_of(paths->plugin_folder, paths->plugin);
    return true;
}

static bool set_log_level(const settings *all)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    const char *level = settings_get(all, "log_level");
    for (int i = 0; level != NULL && i < 4; i++) {
        if (strcmp(level, names[i]) == 0) {
            log_set_level((glift_log_level)(GLIFT_LOG_DEBUG + i));
            return true;
        }
    }
    if (level != NULL)
        fprintf(stderr, "arena: log_level is debug, info, warning or error, not \"%.200s\"\n", level);
    return level == NULL;
}

/* The settings of the host that are numbers. */
static bool numbers_are_numbers(const settings *all)
{
    static const struct {
        const char *key, *kind;
    } numbers[] = {
            {"terminate_grace_s", "a number of seconds"},
            {"script_timeout_ms", "a number of milliseconds, 0 for no limit"},
            {"script_memory_mb", "a number of MiB, 0 for no limit"},
            {"players_per_address", "a number of connections"},
            {"joins_per_second", "a number"},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const char *text = settings_get(all, numbers[i].key);
        if (text != NULL && settings_number(all, numbers[i].key, -1) < 0) {
            fprintf(stderr, "arena: %s is %s, not \"%.200s\"\n", numbers[i].key, numbers[i].kind, text);
            return false;
        }
    }
    return true;
}

/* What the game's own scripts cannot do without: one sentence here, where they could only raise. */
static bool has_what_it_needs(const options *o, const settings *all, const engine_paths *paths)
{
    bool is_ours = o->script == NULL;
    if (is_ours && o->mode == MODE_LOBBY && settings_get(all, "endpoint") == NULL) {
        fprintf(stderr, "arena: --lobby needs the service: --endpoint http://127.0.0.1:9080\n");
        return false;
    }
    if (is_ours && o->mode == MODE_BOTS && settings_get(all, "lobby") == NULL &&
            settings_get(all, "endpoint") == NULL) {
        fprintf(stderr, "arena: --bots needs the lobby: --endpoint http://127.0.0.1:8080\n");
        return false;
    }
    if (o->mode == MODE_LOBBY && access(paths->assets, R_OK | X_OK) != 0) {
        fprintf(stderr, "arena: there is no folder %.500s: give --assets DIR\n", paths->assets);
        return false;
    }
    return true;
}

/* Where we were started without stdin, stdout or stderr, a socket would get the number, and our log. */
static void hold_standard_files(void)
{
    int fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = open("/dev/null", O_RDONLY);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    static engine e; /* large */
    int code = 2;
    hold_standard_files();
    options_result todo = options_parse(&e.options, &e.settings, argc, argv);
    if (todo == OPTIONS_DONE) {
        code = 0;
    } else if (todo == OPTIONS_RUN && find_files(&e) &&
               has_what_it_needs(&e.options, &e.settings, &e.paths) && numbers_are_numbers(&e.settings) &&
               set_log_level(&e.settings) && log_file_open(&e.settings)) {
        code = engine_run(&e);
    }
    settings_fini(&e.settings);
    return code;
}
