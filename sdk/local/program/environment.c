/* SPDX-License-Identifier: Apache-2.0 */
#include "program/environment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "program/complain.h"
#include "system/files.h"

/* Whoever is elsewhere is told the first name of --allow-host. On all addresses, that of the loopback is one.
 */
void urls_make(service_urls *urls, const local_options *options, int port)
{
    const char *secure = options->tls_cert != NULL ? "s" : "";
    const char *own = strcmp(options->address, "0.0.0.0") == 0 ? "127.0.0.1" : options->address;
    const char *told = options->host_count > 0 ? options->hosts[0] : own;
    snprintf(urls->websocket, SERVICE_URL_SIZE, "ws%s://%s:%d", secure, told, port);
    snprintf(urls->http, SERVICE_URL_SIZE, "http%s://%s:%d", secure, told, port);
    snprintf(urls->own_websocket, SERVICE_URL_SIZE, "ws%s://%s:%d", secure, own, port);
    snprintf(urls->own_http, SERVICE_URL_SIZE, "http%s://%s:%d", secure, own, port);
}

void environment_print(const service_urls *urls, const local_demo *demo, FILE *file)
{
    fprintf(file, "export GAMELIFT_LOCAL_URL=%s\n", urls->http);
    fprintf(file, "export GAMELIFT_SDK_WEBSOCKET_URL=%s\n", urls->websocket);
    if (demo == NULL)
        return;
    fprintf(file, "export GAMELIFT_SDK_FLEET_ID=%s\n", demo->fleet_id);
    fprintf(file, "export GAMELIFT_SDK_HOST_ID=%s\n", demo->compute_name);
    fprintf(file, "export GAMELIFT_SDK_AUTH_TOKEN=%s\n", demo->auth_token);
    /* Every process that is started needs another one. */
    fprintf(file, "export GAMELIFT_SDK_PROCESS_ID=manual-1\n");
    fprintf(file, "export GAMELIFT_LOCAL_LOCATION=%s\n", demo->location);
    fprintf(file, "export GAMELIFT_LOCAL_MATCHMAKING_CONFIGURATION=%s\n", demo->matchmaking_configuration);
}

typedef struct told {
    const service_urls *urls;
    const local_demo *demo;
} told;

static void print_told(const void *user, FILE *file)
{
    const told *what = user;
    environment_print(what->urls, what->demo, file);
}

bool environment_write(const service_urls *urls, const local_demo *demo, const char *path)
{
    const told what = {urls, demo};
    return local_write_file(path, print_told, &what) ||
           complain("cannot write %s: %s", path, strerror(errno));
}

bool environment_set(const service_urls *urls, const local_demo *demo, const char *process_id)
{
    return setenv("GAMELIFT_SDK_WEBSOCKET_URL", urls->own_websocket, 1) == 0 &&
           setenv("GAMELIFT_SDK_FLEET_ID", demo->fleet_id, 1) == 0 &&
           setenv("GAMELIFT_SDK_HOST_ID", demo->compute_name, 1) == 0 &&
           setenv("GAMELIFT_SDK_AUTH_TOKEN", demo->auth_token, 1) == 0 &&
           setenv("GAMELIFT_SDK_PROCESS_ID", process_id, 1) == 0 &&
           setenv("GAMELIFT_LOCAL_URL", urls->own_http, 1) == 0;
}
