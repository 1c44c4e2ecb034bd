/* SPDX-License-Identifier: Apache-2.0 */
/* Where the service is reached, and the environment variables by which game servers and scripts are told. */
#ifndef LOCAL_ENVIRONMENT_H
#define LOCAL_ENVIRONMENT_H

#include <stdio.h>

#include "program/demo.h"
#include "program/options.h"

#define SERVICE_URL_SIZE 300 /* with a scheme, a name and a port */

typedef struct service_urls {
    char websocket[SERVICE_URL_SIZE], http[SERVICE_URL_SIZE];         /* as others are told */
    char own_websocket[SERVICE_URL_SIZE], own_http[SERVICE_URL_SIZE]; /* as children of ours dial */
} service_urls;

void urls_make(service_urls *urls, const local_options *options, int port);

/* As lines that a shell reads; demo NULL: there is none. */
void environment_print(const service_urls *urls, const local_demo *demo, FILE *file);
/* The same into a file for its owner's eyes: it holds a token. Whoever waits for the file finds it whole.
 * False: why not was told. */
bool environment_write(const service_urls *urls, const local_demo *demo, const char *path);
/* Into our own environment, which the next child inherits. False: out of memory. */
bool environment_set(const service_urls *urls, const local_demo *demo, const char *process_id);

#endif
