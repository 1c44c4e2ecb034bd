/* SPDX-License-Identifier: Apache-2.0 */
/* RegisterCompute to GetComputeAuthToken (service model 2.1). */
#include "api/api.h"

#include <string.h>

#define PAGE_DEFAULT 100

static void add_compute(api_call *call, cJSON *parent, const char *name, const local_compute *compute)
{
    cJSON *object = api_add_object(call, parent, name);
    api_add_text(call, object, "FleetId", compute->fleet->id);
    api_add_text(call, object, "FleetArn", compute->fleet->arn);
    api_add_text(call, object, "ComputeName", compute->name);
    api_add_text(call, object, "ComputeArn", compute->arn);
    api_add_text(call, object, "IpAddress", compute->ip_address);
    api_add_text(call, object, "DnsName", compute->dns_name);
    api_add_text(call, object, "ComputeStatus", "ACTIVE");
    api_add_text(call, object, "Location", compute->location->name);
    api_add_time(call, object, "CreationTime", compute->creation_unix_ms);
    api_add_text(call, object, "GameLiftServiceSdkEndpoint", call->service->endpoint);
}

/* The compute that FleetId and ComputeName name; NULL: the call is refused. */
static local_compute *need_compute(api_call *call)
{
    const local_fleet *fleet =
            local_need_fleet(call->service, api_text(call->input, "FleetId"), &call->refusal);
    local_compute *compute = fleet == NULL ? NULL
                                           : local_need_compute(call->service, fleet,
                                                     api_text(call->input, "ComputeName"), &call->refusal);
    if (compute == NULL)
        api_refuse_with(call);
    return compute;
}

static const api_shape new_compute_name = {
        .kind = API_TEXT, .least = 1, .most = 128, .pattern = "[a-zA-Z0-9-]+(/[a-zA-Z0-9-]+)?"};
static const api_shape ip_address = {.kind = API_TEXT, .least = 1, .most = 128, .pattern = "[0-9A-Fa-f:.]+"};
static const api_shape dns_name = {.kind = API_TEXT, .least = 1, .most = 256, .pattern = "[0-9a-zA-Z_.-]+"};
static const api_member register_compute_members[] = {
        {"FleetId", &api_fleet_id, true},
        {"ComputeName", &new_compute_name, true},
        {"CertificatePath", &api_free_text, false},
        {"DnsName", &dns_name, false},
        {"IpAddress", &ip_address, false},
        {"Location", &api_location, false},
        {0},
};

static void register_compute(api_call *call)
{
    local_fleet *fleet = local_need_fleet(call->service, api_text(call->input, "FleetId"), &call->refusal);
    local_compute_wish wish = {
            .name = api_text(call->input, "ComputeName"),
            .ip_address = api_text(call->input, "IpAddress"),
            .dns_name = api_text(call->input, "DnsName"),
            .certificate_path = api_text(call->input, "CertificatePath"),
            .location = api_text(call->input, "Location"),
    };
    const local_compute *compute =
            fleet == NULL ? NULL
                          : local_register_compute(call->service, call->now, fleet, &wish, &call->refusal);
    if (compute == NULL)
        api_refuse_with(call);
    else
        add_compute(call, call->reply, "Compute", compute);
}

static const api_member one_compute_members[] = {
        {"FleetId", &api_fleet_id, true},
        {"ComputeName", &api_compute_name, true},
        {0},
};

static void describe_compute(api_call *call)
{
    const local_compute *compute = need_compute(call);
    if (compute != NULL)
        add_compute(call, call->reply, "Compute", compute);
}

static void deregister_compute(api_call *call)
{
    local_compute *compute = need_compute(call);
    if (compute != NULL)
        local_deregister_compute(call->service, call->now, compute);
}

static void get_compute_auth_token(api_call *call)
{
    local_compute *compute = need_compute(call);
    if (compute == NULL)
        return;
    const local_token *token = local_compute_token(call->service, call->now, compute);
    api_add_text(call, call->reply, "FleetId", compute->fleet->id);
    api_add_text(call, call->reply, "FleetArn", compute->fleet->arn);
    api_add_text(call, call->reply, "ComputeName", compute->name);
    api_add_text(call, call->reply, "ComputeArn", compute->arn);
    api_add_text(call, call->reply, "AuthToken", token->text);
    api_add_time(call, call->reply, "ExpirationTimestamp", token->expires_unix_ms);
}

static const char *const compute_statuses[] = {"ACTIVE", "IMPAIRED", NULL};
static const api_shape compute_status = {.kind = API_TEXT, .names = compute_statuses};
static const api_member list_compute_members[] = {
        {"FleetId", &api_fleet_id, true},
        {"Location", &api_location, false},
        {"ComputeStatus", &compute_status, false},
        {"ContainerGroupDefinitionName", &api_without_effect, false},
        {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false},
        {0},
};

/* Every compute here is ACTIVE. */
static bool is_wanted(const api_call *call, const local_compute *compute)
{
    const char *location = api_text(call->input, "Location"),
               *status = api_text(call->input, "ComputeStatus");
    return (location == NULL || strcmp(location, compute->location->name) == 0) &&
           (status == NULL || strcmp(status, "ACTIVE") == 0);
}

static void list_compute(api_call *call)
{
    const local_fleet *fleet =
            local_need_fleet(call->service, api_text(call->input, "FleetId"), &call->refusal);
    local_page page;
    if (fleet == NULL)
        api_refuse_with(call);
    if (fleet == NULL || !api_page_begin(call, &page, PAGE_DEFAULT))
        return;
    cJSON *list = api_add_array(call, call->reply, "ComputeList");
    const local_compute *compute;
    TAILQ_FOREACH(compute, &fleet->computes, link)
    {
        if (is_wanted(call, compute) && local_page_takes(&page, compute->serial))
            add_compute(call, list, NULL, compute);
    }
    api_page_end(call, &page);
}

const api_operation api_compute_operations[] = {
        {"RegisterCompute", register_compute_members, register_compute},      /* S20 */
        {"DescribeCompute", one_compute_members, describe_compute},           /* S16 */
        {"ListCompute", list_compute_members, list_compute},                  /* S13 */
        {"DeregisterCompute", one_compute_members, deregister_compute},       /* S16 */
        {"GetComputeAuthToken", one_compute_members, get_compute_auth_token}, /* S21 */
        {0},
};
