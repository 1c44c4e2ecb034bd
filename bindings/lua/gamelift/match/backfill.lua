-- SPDX-License-Identifier: Apache-2.0
-- Backfill: seats that stay open are offered to FlexMatch, one ticket at a time.
--
--   none -> waiting    a seat is open
--   waiting -> starting -> searching      it has been open long enough
--   searching -> none       players were found, or the ticket failed, timed out or was cancelled
--   searching -> stopping -> none         full again, or other players are here than the ticket says
--   automatic               FlexMatch fills the seats that were open at the start; no seat has opened since
--   off                     the session ends; nothing is started any more
--
-- A ticket lists who is here; FlexMatch takes everyone else for gone. So when somebody joins or leaves while a
-- ticket searches, it is taken back and a new one is made.
--
-- The AUTOMATIC mode does not replace players who leave, and ends when the session is full. So from the first seat
-- that opens, or when it is over, everything is asked for here; a ticket of ours replaces one of FlexMatch's own.

local methods = {}
local class = { __index = methods }

local MAX_RETRY_S = 120
local PROBLEM_RETRY_S = 1 -- when what a request needs is missing: until it is looked for again

local function move(self, state, reason)
  if self.state ~= state or self.reason ~= reason then
    self.state, self.reason = state, reason
    self.since = self.match.clock()
    self.match.changed()
  end
end

local function over(self, reason)
  self.ticket_id = nil
  move(self, self.is_ending and "off" or "none", reason)
end

local function hold_off(self)
  self.failures = self.failures + 1
  local delay = math.min(self.policy.retry_seconds * 2 ^ (self.failures - 1), MAX_RETRY_S)
  self.not_before = self.match.clock() + delay
end

-- ---- one ticket

local function conclude_stop(self, ticket_id, ok, message)
  if self.ticket_id ~= ticket_id then
    return -- its end has been reported in the meantime
  end
  if not ok then
    -- Mostly because the ticket is over already. A new ticket replaces one that is not.
    self.match.log("info", ("backfill ticket %s was not stopped: %s"):format(ticket_id, message))
    hold_off(self)
  end
  over(self)
end

local function stop(self)
  local ticket_id = self.ticket_id
  move(self, "stopping", self.reason)
  self.match.run(function()
    conclude_stop(self, ticket_id, self.match.ask("stop_match_backfill", ticket_id, {
      matchmaking_configuration_arn = self.ticket_configuration,
      ticket_id = ticket_id,
    }))
  end)
end

local function conclude_start(self, ticket_id, answer, message)
  if not answer then
    self.match.log("warn", "no backfill: " .. message)
    hold_off(self)
    return over(self, message)
  elseif self.ended_early == ticket_id then
    return over(self)
  end
  self.ticket_id = ticket_id
  move(self, "searching")
  self.match.log("info", ("backfill %s searches"):format(ticket_id))
  if self.is_ending then
    stop(self)
  end
end

local function start(self, configuration, players)
  local ticket_id = self.match.new_ticket_id()
  self.ticket_configuration, self.ended_early = configuration, nil
  self.ticket_players, self.ticket_version = self.match.player_ids(), self.match.version()
  self.starting_id = ticket_id
  move(self, "starting")
  local asked = self.match.run(function()
    conclude_start(self, ticket_id, self.match.ask("start_match_backfill", ticket_id, {
      matchmaking_configuration_arn = configuration,
      ticket_id = ticket_id,
      players = players,
    }))
  end)
  if asked.has_failed then
    hold_off(self)
    over(self, "what is told of the players is refused: " .. asked.message)
  end
end

local function try_to_start(self)
  local configuration = self.policy.configuration or self.match.configuration()
  local players, problem = self.match.players()
  if not configuration then
    problem = "no matchmaking made this session: give backfill.configuration"
  elseif players and #players == 0 then
    problem = "a backfill needs somebody in the game"
  end
  if not problem then
    return start(self, configuration, players)
  end
  if self.reason ~= problem then
    self.match.log("info", "no backfill: " .. problem)
  end
  self.not_before = self.match.clock() + PROBLEM_RETRY_S
  move(self, "waiting", problem)
end

-- Whether other players are here than the ticket says.
local function has_other_players(self)
  if self.ticket_version == self.match.version() then
    return false
  end
  self.ticket_version = self.match.version()
  return self.match.player_ids() ~= self.ticket_players
end

-- A ticket that searches for what is no longer so.
local function is_stale(self)
  return self.match.open_seats() == 0
    or self.match.clock() - self.since >= self.policy.search_seconds
    or has_other_players(self)
end

-- ---- FlexMatch's own

local function end_automatic(self, reason)
  self.is_automatic_over, self.ticket_id = true, nil
  move(self, "none", reason)
end

local function follow_automatic(self, open)
  if open == 0 then
    end_automatic(self)
  elseif open > self.automatic_seats then
    end_automatic(self, "AUTOMATIC backfill does not replace players who leave")
  end
end

-- ---- what happens

--- Once a tick.
function methods:step()
  local open, state = self.match.open_seats(), self.state
  if state == "automatic" then
    follow_automatic(self, open)
  elseif state == "none" and open > 0 then
    self.open_since = math.max(self.match.clock(), self.not_before)
    move(self, "waiting", self.reason)
  elseif state == "waiting" and open == 0 then
    move(self, "none")
  elseif state == "waiting" then
    local clock = self.match.clock()
    if clock - self.open_since >= self.policy.open_seconds and clock >= self.not_before then
      try_to_start(self)
    end
  elseif state == "searching" and is_stale(self) then
    stop(self)
  end
end

--- The session's matchmaker data is new. It has room for so many players.
function methods:set_data(data, maximum)
  local is_free = self.state == "none" or self.state == "automatic"
  if data.auto_backfill_mode ~= "AUTOMATIC" or self.is_automatic_over or not is_free then
    return
  end
  self.automatic_seats = maximum - #data.players
  if self.automatic_seats > 0 then
    self.ticket_id = data.auto_backfill_ticket_id
    move(self, "automatic")
  else
    end_automatic(self)
  end
end

--- An UpdateGameSession came.
function methods:on_update(update)
  local ticket_id, reason = update.backfill_ticket_id, update.update_reason
  if ticket_id == "" then
    return
  elseif self.state == "starting" and ticket_id == self.starting_id then
    self.ended_early = ticket_id
  elseif ticket_id ~= self.ticket_id then
    return
  elseif self.state == "automatic" then
    if reason ~= "MATCHMAKING_DATA_UPDATED" then
      end_automatic(self, reason)
    end
  elseif reason == "MATCHMAKING_DATA_UPDATED" then
    self.failures = 0
    over(self)
  else
    hold_off(self)
    over(self, reason)
  end
end

-- ---- another match has had it before

--- What the next match needs to go on with it: plain values.
function methods:describe()
  return {
    state = self.state, ticket_id = self.ticket_id or self.starting_id, configuration = self.ticket_configuration,
    players = self.ticket_players, ended_early = self.ended_early, failures = self.failures,
    automatic_seats = self.automatic_seats, is_automatic_over = self.is_automatic_over,
  }
end

--- Go on with what another one has written down.
function methods:go_on(written)
  self.failures, self.ended_early = written.failures, written.ended_early
  self.automatic_seats, self.is_automatic_over = written.automatic_seats, written.is_automatic_over
  self.ticket_configuration, self.ticket_players = written.configuration, written.players
  local ticket_id = written.ticket_id
  if written.state == "automatic" or written.state == "searching" then
    self.ticket_id = ticket_id
    move(self, written.state)
  elseif written.state == "stopping" then
    self.ticket_id = ticket_id
    stop(self)
  elseif written.state == "starting" and self.match.is_inherited("start_match_backfill", ticket_id) then
    self.starting_id = ticket_id
    move(self, "starting")
    self.match.run(function()
      conclude_start(self, ticket_id, self.match.ask("start_match_backfill", ticket_id))
    end)
  end
end

--- The session ends: take back what searches, start nothing more.
function methods:finish()
  self.is_ending = true
  if self.state == "searching" then
    stop(self)
  elseif self.state ~= "starting" and self.state ~= "stopping" then
    over(self)
  end
end

--- @param policy table   the backfill options of match.new
--- @param match table    how this sees the match: ask(action, subject, request) -> answer | nil, message, code;
---                       is_inherited(action, subject): ask() has the answer to what another match has asked;
---                       run(fn) -> outcome, clock(), changed(), log(level, message), open_seats(),
---                       configuration() -> arn | nil, players() -> list | nil, why not, player_ids(),
---                       version(), which changes when those do, new_ticket_id()
return function(policy, match)
  return setmetatable({
    policy = policy,
    match = match,
    state = "none",
    reason = nil,               -- why it is in this state, where there is something to say
    since = 0,                  -- when it came to this state
    open_since = 0,             -- since when a seat is open
    not_before = 0,             -- no ticket is made earlier
    failures = 0,               -- in a row
    ticket_id = nil,            -- what searches: ours, or FlexMatch's own
    ticket_configuration = nil, -- of our ticket: ARN,
    ticket_players = nil,       -- and who is in it
    ticket_version = nil,       -- of the seats, when those were compared last
    starting_id = nil,          -- the ticket that is being started,
    ended_early = nil,          -- and the same if its end was reported before its start was
    automatic_seats = 0,        -- how many seats FlexMatch fills by itself
    is_automatic_over = false,
    is_ending = false,
  }, class)
end
