/* SPDX-License-Identifier: Apache-2.0 */
#include "module.h"

#include <stdio.h>
#include <string.h>
#include <windows.h>

bool plugin_module_folder(char *out, size_t size)
{
    static const char here;
    wchar_t path[PLUGIN_MAX_PATH];
    HMODULE self;
    if (!GetModuleHandleExW(
                GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                (const wchar_t *)(const void *)&here, &self))
        return false;
    DWORD length = GetModuleFileNameW(self, path, PLUGIN_MAX_PATH);
    if (length == 0 || length == PLUGIN_MAX_PATH ||
            WideCharToMultiByte(CP_UTF8, 0, path, -1, out, (int)size, NULL, NULL) <= 0)
        return false;
    for (char *at = out; (at = strchr(at, '\\')) != NULL;)
        *at = '/';
    char *slash = strrchr(out, '/');
    if (slash != NULL)
        *slash = '\0';
    return slash != NULL;
}

const char *plugin_module_file(void)
{
    return "gamelift.dll";
}

/* In the system's form, with its own slashes: LoadLibraryExW() takes no others. */
static bool widen(const char *path, wchar_t *out)
{
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, out, PLUGIN_MAX_PATH) <= 0)
        return false;
    for (wchar_t *at = out; (at = wcschr(at, L'/')) != NULL;)
        *at = L'\\';
    return true;
}

bool plugin_module_exists(const char *path)
{
    wchar_t wide[PLUGIN_MAX_PATH];
    return widen(path, wide) && GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES;
}

static void describe(DWORD error, char *reason, size_t reason_size)
{
    wchar_t text[256];
    snprintf(reason, reason_size, "error %lu of the system", error);
    DWORD length = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, error, 0,
            text, sizeof text / sizeof text[0], NULL);
    while (length > 0 && (text[length - 1] == L'\n' || text[length - 1] == L'\r'))
        text[--length] = L'\0';
    if (length > 0)
        WideCharToMultiByte(CP_UTF8, 0, text, -1, reason, (int)reason_size, NULL, NULL);
}

/* The module needs libgamelift.dll and the engine's Lua, which the process has loaded already. */
void *plugin_module_load(const char *path, char *reason, size_t reason_size)
{
    wchar_t wide[PLUGIN_MAX_PATH];
    HMODULE pinned,
            module = widen(path, wide) ? LoadLibraryExW(wide, NULL, LOAD_WITH_ALTERED_SEARCH_PATH) : NULL;
    if (module == NULL)
        describe(GetLastError(), reason, reason_size);
    else
        GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                (const wchar_t *)(const void *)module, &pinned);
    return module;
}

bool plugin_module_find(void *module, const char *name, void *out)
{
    FARPROC symbol = GetProcAddress((HMODULE)module, name);
    memcpy(out, &symbol, sizeof symbol);
    return symbol != NULL;
}
