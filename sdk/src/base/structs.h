/* SPDX-License-Identifier: Apache-2.0 */
/* The structs of the public API that begin with their size: where their members lie. */
#ifndef GLIFT_STRUCTS_H
#define GLIFT_STRUCTS_H

#include "base/sized.h"

extern const glift__sized glift__sized_server_desc, glift__sized_io_desc, glift__sized_process_parameters,
        glift__sized_describe, glift__sized_start_match_backfill, glift__sized_stop_match_backfill,
        glift__sized_metrics_desc, glift__sized_metric_desc;

/* As glift__sized_read() does, and GLIFT_ERR_UNSUPPORTED, with *to all zero, where the header of another
 * version made the desc: its members may lie anywhere. */
glift_status glift__read_server_desc(const glift_server_desc *from, glift_server_desc *to, char *message);

#endif
