/* SPDX-License-Identifier: Apache-2.0 */
#include "system/start.h"

#include <stdbool.h>
#include <stdlib.h>
#include <winsock2.h>
#include <windows.h>
#include <shellapi.h>

static char *narrow(const wchar_t *wide)
{
    int length = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = length > 0 ? malloc((size_t)length) : NULL;
    if (text != NULL)
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, length, NULL, NULL);
    return text;
}

/* They live as long as the process. */
char **local_begin(int *count, char **arguments)
{
    WSADATA about;
    SetConsoleOutputCP(CP_UTF8);
    WSAStartup(MAKEWORD(2, 2), &about); /* where it fails, so does each call of a socket, with its reason */
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), count);
    char **narrowed = wide != NULL ? calloc((size_t)*count + 1, sizeof *narrowed) : NULL;
    bool good = narrowed != NULL;
    for (int i = 0; good && i < *count; i++)
        good = (narrowed[i] = narrow(wide[i])) != NULL;
    LocalFree(wide);
    (void)arguments;
    return good ? narrowed : NULL;
}
