/* SPDX-License-Identifier: Apache-2.0 */
/* The structs of the public API that begin with their size: where their members lie. */
#ifndef GLIFT_STRUCTS_H
#define GLIFT_STRUCTS_H

#include "base/sized.h"

extern const glift__sized glift__sized_server_desc, glift__sized_io_desc, glift__sized_process_parameters,
        glift__sized_describe, glift__sized_start_match_backfill, glift__sized_stop_match_backfill;

#endif
