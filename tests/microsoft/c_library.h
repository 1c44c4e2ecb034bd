/* SPDX-License-Identifier: Apache-2.0 */
/* For tests/windows_sources.sh, before each source: mingw-w64's headers stand for Microsoft's, and what
 * Microsoft's C library and compiler lack may not be named from here on. */
#include <_mingw.h>

/* For Microsoft's compiler these headers take GNU's attributes away, which clang's own headers need. */
#undef __attribute__
#undef __MINGW_ATTRIB_NORETURN
#define __MINGW_ATTRIB_NORETURN
#undef __MINGW_ATTRIB_DEPRECATED
#define __MINGW_ATTRIB_DEPRECATED

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#if defined(NEEDS_WINDOWS)
#include <winsock2.h>
#include <ws2tcpip.h>

#include <bcrypt.h>
#include <mswsock.h>
#include <windows.h>
#include <wincrypt.h>
#include <afunix.h>
#endif

#undef strcasecmp
#undef strncasecmp
#pragma GCC poison max_align_t ssize_t
#pragma GCC poison __attribute__ __builtin_expect __builtin_unreachable typeof __typeof__ __extension__
#pragma GCC poison asprintf vasprintf getline strcasecmp strncasecmp strndup strsep strtok_r stpcpy
#pragma GCC poison localtime_r gmtime_r clock_gettime nanosleep usleep gettimeofday
