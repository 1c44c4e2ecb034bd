/* SPDX-License-Identifier: Apache-2.0 */
/* The system runs a handler in a thread of its own. */
#include "system/stop.h"

#include <stdatomic.h>
#include <winsock2.h>
#include <windows.h>

#include "system/windows/alarm.h"

static atomic_intptr_t told = GLIFT__NO_SOCKET;

/* Once this returns for a window that is closed, or a user who leaves, the system ends the process. */
static BOOL WINAPI on_event(DWORD event)
{
    local_alarm_ring(atomic_load(&told));
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

glift__socket_handle local_stop_open(void)
{
    glift__socket_handle alarm = local_alarm_open();
    if (alarm == GLIFT__NO_SOCKET)
        return GLIFT__NO_SOCKET;
    atomic_store(&told, alarm);
    SetConsoleCtrlHandler(
            NULL, FALSE); /* whoever started us in a process group of its own has taken Ctrl+C from us */
    SetConsoleCtrlHandler(on_event, TRUE);
    return alarm;
}

bool local_stop_was_asked(glift__socket_handle stop)
{
    return local_alarm_take(stop);
}
