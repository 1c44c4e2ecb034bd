-- SPDX-License-Identifier: Apache-2.0
-- The creation policy: whether new players may come. GameLift is told until it holds what the game wants.
-- `self` is the match.

local requests = require "gamelift.match.requests"

local policy = {}

local ACTION = "update_player_session_creation_policy"
local LONGEST_DELAY_S = 30
local LATE_S = 30 -- until nothing that was not answered is on its way any more

local function wanted(self)
  return (self.is_closed or self.phase_now == "draining") and "DENY_ALL" or "ACCEPT_ALL"
end

local function is_there_somebody_to_tell(self)
  return self.phase_now == "active" or (self.phase_now == "draining" and self.is_activated)
end

local function is_told(self)
  return not is_there_somebody_to_tell(self) or self.policy_at_gamelift == wanted(self)
end

-- Wait before it is tried again, unless something else is wanted meanwhile. Waits.
local function wait_after_failure(self, policy_asked, delay, message)
  self.log("warn", ("the creation policy is not %s yet, next try in %d s: %s"):format(policy_asked, delay, message))
  self.tasks:pause(delay, function() return wanted(self) ~= policy_asked or is_told(self) end)
end

-- Until it holds, whatever the answers are, and whatever is wanted meanwhile. Waits.
local function follow(self)
  local delay = 1
  local is_inherited, _, _, code_before = requests.await_inherited(self, ACTION, "")
  if is_inherited then
    self.policy_at_gamelift = nil -- one or the other
    self.may_policy_come_late = self.may_policy_come_late or requests.may_go_better(code_before)
  end
  while not is_told(self) or self.may_policy_come_late do
    if is_told(self) then
      self.tasks:pause(LATE_S, function() return not is_told(self) end)
      self.may_policy_come_late = not is_told(self)
    end
    if not is_there_somebody_to_tell(self) then
      return
    end
    local policy_asked = wanted(self)
    local ok, message, code = requests.ask(self, ACTION, "", policy_asked)
    if ok then
      self.policy_at_gamelift, delay = policy_asked, 1
      self:touch()
    elseif code == "CLOSED" or code == "STATE" then
      return -- there is no session to tell of any more
    else
      if requests.may_go_better(code) then
        self.policy_at_gamelift, self.may_policy_come_late = nil, true
        self:touch()
      end
      wait_after_failure(self, policy_asked, delay, message)
      delay = math.min(delay * 2, LONGEST_DELAY_S)
    end
  end
end

--- The game may want something else, or the phase is another one.
function policy.update(self)
  if not self.policy_task or self.policy_task.is_known then
    self.policy_task = self.tasks:run(follow, self)
  end
end

--- Whether GameLift lets new players come, as far as it has confirmed.
function policy.is_open(self)
  return self.phase_now == "active" and self.policy_at_gamelift == "ACCEPT_ALL"
end

return policy
