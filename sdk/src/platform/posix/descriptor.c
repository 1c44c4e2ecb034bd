/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/posix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int glift__above_standard_files(int descriptor)
{
    if (descriptor < 0 || descriptor > STDERR_FILENO)
        return descriptor;
    int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), error = errno;
    close(descriptor);
    errno = error;
    return moved;
}
