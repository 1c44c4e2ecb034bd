-- SPDX-License-Identifier: Apache-2.0
-- Backfill: seats that stay open are offered to FlexMatch, one ticket at a time.
--
--   none -> waiting    a seat is open
--   waiting -> starting -> searching      it has been open long enough
--   searching -> none       players were found, or the ticket failed, timed out or was cancelled
--   searching -> stopping -> none         full again, or other players are here than the ticket says
--   automatic               FlexMatch does all this by itself for this session
--   off                     the session ends; nothing is started any more
--
-- A ticket lists who is here; FlexMatch takes everyone else for gone. So when somebody joins or leaves while a
-- ticket searches, it is taken back and a new one is made.

local methods = {}
local class = { __index = methods }

local MAX_RETRY_S = 120

local function move(self, state, reason)
  if self.state ~= state or self.reason ~= reason then
    self.state, self.reason = state, reason
    self.since = self.match.clock()
    self.match.changed()
  end
end

local function over(self, reason)
  self.ticket_id, self.ticket_players = nil, nil
  move(self, self.ending and "off" or "none", reason)
end

local function hold_off(self)
  self.failures = self.failures + 1
  local delay = math.min(self.policy.retry_seconds * 2 ^ (self.failures - 1), MAX_RETRY_S)
  self.not_before = self.match.clock() + delay
end

local function player_ids(players)
  local ids = {}
  for i, player in ipairs(players) do
    ids[i] = player.player_id
  end
  table.sort(ids)
  return table.concat(ids, "\n")
end

local function stop(self)
  local configuration, ticket_id = self.ticket_configuration, self.ticket_id
  move(self, "stopping", self.reason)
  self.match.run(function()
    local ok, message = self.match.server:stop_match_backfill {
      matchmaking_configuration_arn = configuration,
      ticket_id = ticket_id,
    }
    if self.ticket_id ~= ticket_id then
      return -- its end has been reported in the meantime
    end
    if not ok then
      -- Mostly because the ticket is over already. A new ticket replaces one that is not.
      self.match.log("info", "backfill ticket " .. ticket_id .. " was not stopped: " .. message)
      hold_off(self)
    end
    over(self)
  end)
end

local function started(self, ticket_id)
  if self.ended_early == ticket_id then
    return over(self)
  end
  self.ticket_id = ticket_id
  move(self, "searching")
  self.match.log("info", "backfill " .. ticket_id .. " searches")
  if self.ending then
    stop(self)
  end
end

local function start(self, configuration, players)
  self.ticket_configuration, self.ticket_players, self.ended_early = configuration, player_ids(players), nil
  move(self, "starting")
  self.match.run(function()
    local answer, message = self.match.server:start_match_backfill {
      matchmaking_configuration_arn = configuration,
      players = players,
    }
    if answer then
      return started(self, answer.ticket_id)
    end
    self.match.log("warn", "no backfill: " .. message)
    hold_off(self)
    over(self, message)
  end, function()
    hold_off(self)
    over(self, "what is told of the players is refused: the log says why")
  end)
end

local function try_to_start(self)
  local configuration = self.policy.configuration or self.match.configuration()
  local players, problem = self.match.players()
  if not configuration then
    problem = "no matchmaking made this session: give backfill.configuration"
  elseif players and #players == 0 then
    problem = "a backfill needs somebody in the game"
  end
  if problem then
    if self.reason ~= problem then
      self.match.log("info", "no backfill: " .. problem)
    end
    move(self, "waiting", problem)
  else
    start(self, configuration, players)
  end
end

-- A ticket that searches for what is no longer so.
local function is_stale(self)
  local players = self.match.players()
  return self.match.open_seats() == 0
    or self.match.clock() - self.since >= self.policy.search_seconds
    or players == nil
    or player_ids(players) ~= self.ticket_players
end

--- Once a tick.
function methods:step()
  local open = self.match.open_seats() > 0
  if self.state == "none" and open then
    self.open_since = math.max(self.match.clock(), self.not_before)
    move(self, "waiting", self.reason)
  elseif self.state == "waiting" and not open then
    move(self, "none")
  elseif self.state == "waiting" and self.match.clock() - self.open_since >= self.policy.open_seconds then
    try_to_start(self)
  elseif self.state == "searching" and is_stale(self) then
    stop(self)
  end
end

--- The session's matchmaker data is new.
function methods:set_data(data)
  if data.auto_backfill_mode == "AUTOMATIC" and (self.state == "none" or self.state == "automatic") then
    self.ticket_id = data.auto_backfill_ticket_id
    move(self, "automatic")
  end
end

--- An UpdateGameSession came.
function methods:on_update(update)
  if update.backfill_ticket_id == "" or self.state == "automatic" then
    return
  end
  if self.state == "starting" then
    self.ended_early = update.backfill_ticket_id
  elseif update.backfill_ticket_id == self.ticket_id then
    if update.update_reason == "MATCHMAKING_DATA_UPDATED" then
      self.failures = 0
      over(self)
    else
      hold_off(self)
      over(self, update.update_reason)
    end
  end
end

--- The session ends: take back what searches, start nothing more.
function methods:finish()
  self.ending = true
  if self.state == "searching" then
    stop(self)
  elseif self.state ~= "starting" and self.state ~= "stopping" then
    over(self)
  end
end

--- @param policy table   the backfill options of match.new
--- @param session table  how this sees the match: server, run(fn, on_failure), clock(), changed(),
---                       log(level, message), open_seats(), configuration() -> arn|nil,
---                       players() -> list | nil, why not
return function(policy, session)
  return setmetatable({
    policy = policy,
    match = session,
    state = "none",
    since = 0,
    open_since = 0,
    not_before = 0,
    failures = 0,
    ending = false,
  }, class)
end
