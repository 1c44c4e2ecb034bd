-- SPDX-License-Identifier: Apache-2.0
-- What the match asks GameLift for: everything goes through ask(). `self` is the match.
--
-- A request outlives the match that made it: its answer goes to the match that has taken its place, as "inherited".
-- There ask() for the same thing (action and subject) waits for that answer instead of asking again.

local requests = {}

-- Answers after which the same request may go better.
local MAY_GO_BETTER = {
  TIMEOUT = true, CONNECT = true, THROTTLED = true, SERVICE = true, MEMORY = true, CANCELLED = true,
}

-- What changes something at GameLift, and is not to be done twice.
local IS_HANDED_OVER = {
  process_ready = true, activate_game_session = true, process_ending = true, accept_player_session = true,
  remove_player_session = true, start_match_backfill = true, stop_match_backfill = true,
  update_player_session_creation_policy = true,
}

local LOST_S = 120 -- no answer takes that long: it has gone to somebody else

function requests.may_go_better(code)
  return MAY_GO_BETTER[code] == true
end

-- ---- what is inherited

local function key_of(action, subject)
  return action .. " " .. subject
end

--- A request of before is under way, or its answer is on the way to here.
function requests.inherit(self, action, subject)
  local key = key_of(action, subject)
  if IS_HANDED_OVER[action] and not self.inherited[key] then
    self.inherited[key] = self.tasks:outcome()
  end
end

function requests.is_inherited(self, action, subject)
  return self.inherited[key_of(action, subject)] ~= nil
end

--- The answer to it.
function requests.take_answer(self, action, subject, result, message, code)
  requests.inherit(self, action, subject)
  local outcome = self.inherited[key_of(action, subject)]
  if outcome then
    self.tasks:settle(outcome, result, message, code)
  end
end

--- Wait for the answer to what is inherited: true and the answer; false: there is nothing. Waits.
function requests.await_inherited(self, action, subject)
  local key = key_of(action, subject)
  local outcome = self.inherited[key]
  local is_known = outcome and self.tasks:await(outcome, LOST_S)
  self.inherited[key] = nil
  if not is_known then
    return false
  end
  return true, outcome[1], outcome[2], outcome[3]
end

--- Everything that is under way is the heir's from now on: another match of the same Lua state.
function requests.hand_over(self, heir)
  for _, request in pairs(self.under_way) do
    requests.inherit(heir, request.action, request.subject)
  end
  for key, outcome in pairs(self.inherited) do
    heir.inherited[key] = heir.inherited[key] or heir.tasks:outcome()
    if outcome.is_known then
      heir.tasks:settle(heir.inherited[key], outcome[1], outcome[2], outcome[3])
    end
  end
end

-- ---- asking

-- A closed server raises, and says no more than that.
local function is_closed(server)
  return not pcall(server.error_count, server)
end

local function youngest(self)
  while self.heir do
    self = self.heir
  end
  return self
end

-- The answer is here. That to a match whose place another one has taken goes there, and its coroutine rests.
local function conclude(self, request, ...)
  self.under_way[request] = nil
  local heir = youngest(self)
  if heir ~= self then
    requests.take_answer(heir, request.action, request.subject, ...)
  end
  self.tasks:rest_if_stopped()
  return ...
end

--- Ask GameLift, and wait for the answer: the result, or nil, message, code. Waits.
--- @param action string  a method of the server
--- @param subject string what it is about, as the SDK names it: a player session id, a ticket id, or ""
--- @param argument any   what the method takes
function requests.ask(self, action, subject, argument)
  self.tasks:rest_if_stopped()
  local is_answered, result, message, code = requests.await_inherited(self, action, subject)
  if is_answered then
    return result, message, code
  elseif is_closed(self.server) then
    return nil, "the server is closed", "CLOSED"
  end
  local request = { action = action, subject = subject }
  self.under_way[request] = request
  return conclude(self, request, self.server[action](self.server, argument))
end

--- The same, once and for so many seconds at most: then nil, message, "TIMEOUT". Waits.
function requests.ask_within(self, seconds, action, subject, argument)
  local answer = self.tasks:run(requests.ask, self, action, subject, argument)
  if not self.tasks:await(answer, seconds) then
    return nil, ("GameLift has not answered %s in time"):format(action), "TIMEOUT"
  elseif answer.has_failed then
    return nil, action .. " raised", "ARGUMENT"
  end
  return answer[1], answer[2], answer[3]
end

--- Ask until the answer is yes, or is_wanted() is false. The delay between two attempts doubles from the first to
--- the longest. Returns the last answer. Waits.
--- @param delays table   { first =, longest = } in seconds
function requests.insist(self, delays, is_wanted, action, subject, argument)
  local delay = delays.first
  while true do
    local ok, message, code = requests.ask(self, action, subject, argument)
    if ok or not MAY_GO_BETTER[code] or not is_wanted() then
      return ok, message, code
    end
    self.tasks:pause(delay, function() return not is_wanted() end)
    if not is_wanted() then
      return ok, message, code
    end
    delay = math.min(delay * 2, delays.longest)
  end
end

return requests
