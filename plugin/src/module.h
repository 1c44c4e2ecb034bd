/* SPDX-License-Identifier: Apache-2.0 */
/* What the plugin asks the system: where it lies itself, and to load the Lua module. module_posix.c and
 * module_windows.c answer. Paths are UTF-8, with slashes. */
#ifndef GLIFT_PLUGIN_MODULE_H
#define GLIFT_PLUGIN_MODULE_H

#include <stdbool.h>
#include <stddef.h>

enum { PLUGIN_MAX_PATH = 4096 };

#if defined(_WIN32)
#define PLUGIN_EXPORT __declspec(dllexport)
#else
#define PLUGIN_EXPORT __attribute__((visibility("default")))
#endif

/* Gives the folder that holds the plugin. False if it cannot be found, or does not fit. */
bool plugin_module_folder(char *out, size_t size);
/* The name that a module has here: "gamelift.so". */
const char *plugin_module_file(void);
bool plugin_module_exists(const char *path);
/* Loads a module that is never unloaded. NULL on failure, with the system's reason in `reason`. */
void *plugin_module_load(const char *path, char *reason, size_t reason_size);
/* Gives a function that the module exports, as the bytes of a pointer to it. False if it has none of that
 * name. */
bool plugin_module_find(void *module, const char *name, void *out);

#endif
