-- SPDX-License-Identifier: Apache-2.0
-- What the match asks GameLift for: everything goes through ask(). `self` is the match.

local requests = {}

-- Answers after which the same request may go better.
local MAY_GO_BETTER = {
  TIMEOUT = true, CONNECT = true, THROTTLED = true, SERVICE = true, MEMORY = true, CANCELLED = true,
}

function requests.may_go_better(code)
  return MAY_GO_BETTER[code] == true
end

-- A closed server raises, and says no more than that.
local function is_closed(server)
  return not pcall(server.error_count, server)
end

--- Ask GameLift, and wait for the answer: the result, or nil, message, code. Waits.
--- @param action string  a method of the server
--- @param argument any   what the method takes
function requests.ask(self, action, argument)
  self.tasks:rest_if_stopped()
  if is_closed(self.server) then
    return nil, "the server is closed", "CLOSED"
  end
  return self.server[action](self.server, argument)
end

--- The same, once and for so many seconds at most: then nil, message, "TIMEOUT". Waits.
function requests.ask_within(self, seconds, action, argument)
  local answer = self.tasks:run(requests.ask, self, action, argument)
  if not self.tasks:await(answer, seconds) then
    return nil, ("GameLift has not answered %s in time"):format(action), "TIMEOUT"
  elseif answer.has_failed then
    return nil, action .. " raised", "ARGUMENT"
  end
  return answer[1], answer[2], answer[3]
end

--- Ask until the answer is yes, or is_wanted() is false. The delay between two attempts doubles from the first to
--- the longest. Returns the last answer. Waits.
function requests.insist(self, action, argument, first_delay_s, longest_delay_s, is_wanted)
  local delay = first_delay_s
  while true do
    local ok, message, code = requests.ask(self, action, argument)
    if ok or not MAY_GO_BETTER[code] or not is_wanted() then
      return ok, message, code
    end
    self.tasks:pause(delay, function() return not is_wanted() end)
    if not is_wanted() then
      return ok, message, code
    end
    delay = math.min(delay * 2, longest_delay_s)
  end
end

return requests
