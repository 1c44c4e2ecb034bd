/* SPDX-License-Identifier: Apache-2.0 */
#include "system/limits.h"

#include <sys/resource.h>

uint64_t local_take_files(uint64_t wanted, local_file_limit *before)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    *before = (local_file_limit){limit.rlim_cur, limit.rlim_max};
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before->now;
}
