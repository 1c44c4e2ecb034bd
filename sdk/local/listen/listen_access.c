/* SPDX-License-Identifier: Apache-2.0 */
/* Who may talk to the service (S84): the program's own page, and whoever calls it by a name that is its own;
 * from other machines, whoever shows the token. */
#include "listen/listen_internal.h"

#include <string.h>

#include "model/access.h"

const char *listen_refuse_request(const local_listener *listener, const listen_request *request)
{
    switch (web_judge(&listener->access, request->host, request->origin)) {
    case WEB_FOREIGN_HOST:
        return "gamelift-local answers to 127.0.0.1, localhost, the address of --listen and the names of "
               "--allow-host only: this request names another Host.";
    case WEB_FOREIGN_PAGE:
        return "gamelift-local does not talk to pages of other origins: open its own page instead.";
    case WEB_WELCOME:
        break;
    }
    return "";
}

/* Whoever watches a container asks for its health, and holds no secret. The files that the page loads are
 * those of the program for everybody, and a page cannot show a token where its modules name each other. */
static bool is_for_everybody(const listen_request *request)
{
    return strcmp(request->method, "GET") == 0 &&
           (strcmp(request->path, "/_local/health") == 0 ||
                   strncmp(request->path, LISTEN_FILES_PATH, strlen(LISTEN_FILES_PATH)) == 0);
}

bool listen_is_admitted(const local_listener *listener, const listen_request *request)
{
    return is_for_everybody(request) ||
           local_admits_client(listener->service, request->authorization, request->query);
}
