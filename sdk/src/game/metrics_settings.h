/* SPDX-License-Identifier: Apache-2.0 */
/* What metrics are started with: a desc, or defaults with the environment over them (wire protocol 7.1),
 * checked. */
#ifndef GLIFT_METRICS_SETTINGS_H
#define GLIFT_METRICS_SETTINGS_H

#include "wire/validate.h"

#include <gamelift/metrics.h>

/* Every field of `out` is set then; its texts are the desc's, the environment's, or static.
 * GLIFT_ERR_ARGUMENT with a sentence in `message` that names the field and the limit. */
glift_status glift__metrics_settings(
        const glift_metrics_desc *desc, glift_metrics_desc *out, char message[GLIFT__MESSAGE_SIZE]);

#endif
