-- SPDX-License-Identifier: Apache-2.0
-- GameLift's AWS API, as far as a back end needs it: JSON 1.1 over host.http.
--
-- Unsigned: for gamelift-local. A back end on AWS uses an AWS SDK in its place.

local aws = {}
local api_methods = {}
api_methods.__index = api_methods

function aws.new(endpoint)
  return setmetatable({ endpoint = endpoint }, api_methods)
end

local function refusal(response)
  local body = host.json_decode(response.body)
  if type(body) ~= "table" then return ("the service answered with HTTP status %d"):format(response.status) end
  return tostring(body.Message or body.message or ("HTTP status %d"):format(response.status)), body.__type
end

--- One operation. The answer, or nil, a sentence, and the exception's name ("UNREACHABLE": no answer at all).
--- Waits in the running coroutine.
function api_methods:call(operation, members)
  local response, problem = host.http {
    url = self.endpoint .. "/", method = "POST", body = host.json_encode(members),
    headers = { ["Content-Type"] = "application/x-amz-json-1.1", ["X-Amz-Target"] = "GameLift." .. operation },
  }
  if not response then return nil, problem, "UNREACHABLE" end
  if response.status ~= 200 then return nil, refusal(response) end
  local answer, broken = host.json_decode(response.body)
  if type(answer) ~= "table" then
    return nil, "the service's answer is no JSON object: " .. tostring(broken), "UNREACHABLE"
  end
  return answer
end

--- Ready servers and live sessions of gamelift-local, or nil where the service has no such page.
function api_methods:local_summary()
  local response = host.http { url = self.endpoint .. "/_local/summary" }
  if not response or response.status ~= 200 then return nil end
  local state = host.json_decode(response.body)
  return type(state) == "table" and state or nil
end

return aws
