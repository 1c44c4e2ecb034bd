-- SPDX-License-Identifier: Apache-2.0
-- What GameLift says: the handlers of the server. `self` is the match.

local calls = require "gamelift.match.calls"
local course = require "gamelift.match.course"
local ending = require "gamelift.match.ending"
local expected = require "gamelift.match.expected"
local loop = require "gamelift.match.loop"
local requests = require "gamelift.match.requests"
local takeover = require "gamelift.match.takeover"

local events = {}

local GAMELIFT_MARGIN_S = 10 -- a drain is over so long before GameLift kills the process

local function on_update(self, update)
  if not self.game_session then
    return -- m:start takes the session up as it is then
  end
  self.game_session, self.is_refresh_wanted = update.game_session, true
  self:touch()
  if update.update_reason == "MATCHMAKING_DATA_UPDATED" then
    expected.learn_matchmaker_data(self, update.game_session.matchmaker_data)
  end
  if self.backfiller then
    self.backfiller:on_update(update)
  end
  self.log("info", ("game session updated: %s %s"):format(update.update_reason, update.backfill_ticket_id))
  calls.start(self, "update", update)
end

-- How long GameLift gives this process; nil: unknown.
local function seconds_until(self, unix_s)
  local ok, now = calls.now("unix_time", self.options.unix_time)
  return unix_s and ok and type(now) == "number" and now == now and unix_s - now or nil
end

--- GameLift ends this process.
function events.on_process_terminate(self, termination_time)
  if self.phase_now == "new" and self.server:game_session() then
    return -- m:start takes both up
  end
  local seconds, end_in = self.options.drain_grace_s, seconds_until(self, termination_time)
  if end_in then
    seconds = math.min(seconds, end_in - GAMELIFT_MARGIN_S)
  end
  ending.drain(self, "TERMINATE_PROCESS", seconds, end_in)
end

--- The handlers for server:set_handlers().
function events.handlers(self)
  return {
    on_start_game_session = function(_, session) course.on_start_game_session(self, session) end,
    on_update_game_session = function(_, update) on_update(self, update) end,
    on_process_terminate = function(_, termination_time) events.on_process_terminate(self, termination_time) end,
    on_inherited_answer = function(_, answer)
      requests.take_answer(self, answer.action, answer.subject, answer.result, answer.message, answer.code)
      return true
    end,
    on_detach = function() takeover.retire(self) end,
    on_health_check = function() return loop.is_healthy(self) end,
    on_connection = self.options.on_connection,
    on_log = self.options.on_log,
    on_error = self.options.on_error,
  }
end

return events
