-- SPDX-License-Identifier: Apache-2.0
-- The course of a match: wait for two players, count down, play, show the results, again, over.
--
-- Pure: step(dt, players, expected) -> the phase that has just begun, or nil.

local rounds = {}
local course_methods = {}
course_methods.__index = course_methods

--- settings: rules.match, or a table like it. saved: what save() of another one gave, to go on there.
function rounds.new(settings, saved)
  saved = saved or {}
  return setmetatable({
    settings = settings,
    phase = saved.phase or "waiting",
    left = saved.left or 0, -- seconds to the end of this phase; 0 while waiting
    round = saved.round or 1,
    empty_for = 0,
    visited = saved.visited or false,
  }, course_methods)
end

--- Where it is, in plain values.
function course_methods:save()
  return { phase = self.phase, left = self.left, round = self.round, visited = self.visited }
end

local function enter(course, phase, seconds)
  course.phase, course.left = phase, seconds
  return phase
end

local function after_round(course)
  if course.round >= course.settings.rounds then
    return enter(course, "over", course.settings.over_seconds)
  end
  return enter(course, "results", course.settings.table_seconds)
end

local function next_phase(course)
  local settings = course.settings
  if course.phase == "countdown" then return enter(course, "playing", settings.round_seconds) end
  if course.phase == "playing" then return after_round(course) end
  course.round = course.round + 1 -- the results have been shown
  return enter(course, "countdown", settings.countdown_seconds)
end

--- Too few to play: a round that has not begun waits; one that is under way goes on to its end.
local function step_waiting(course, players)
  if course.phase == "waiting" and players >= 2 then
    return enter(course, "countdown", course.settings.countdown_seconds)
  end
  if course.phase == "countdown" and players < 2 then return enter(course, "waiting", 0) end
  return nil
end

local function abandoned(course, dt, players, expected)
  course.visited = course.visited or players > 0
  course.empty_for = players + expected > 0 and 0 or course.empty_for + dt
  local patience = course.visited and course.settings.empty_seconds or course.settings.idle_start_seconds
  return course.empty_for >= patience
end

--- Returns the phase that begins now, if one does. "over" comes once and is the last.
--- expected: players who are not here yet, but have a seat reserved.
function course_methods:step(dt, players, expected)
  if self.phase == "over" then
    self.left = math.max(0, self.left - dt)
    return nil
  end
  if abandoned(self, dt, players, expected) then return enter(self, "over", 0) end
  local changed = step_waiting(self, players)
  if changed or self.phase == "waiting" then return changed end
  self.left = self.left - dt
  if self.left > 1e-9 then return nil end
  return next_phase(self)
end

--- Whether it is still worth inviting somebody: not in the last moments of the last round.
function course_methods:open()
  if self.phase == "over" then return false end
  local last = self.round >= self.settings.rounds
  return not (last and self.phase == "playing" and self.left < self.settings.closing_seconds)
end

--- Shots are fired in free play while waiting, and in a round.
function course_methods:armed()
  return self.phase == "playing" or self.phase == "waiting"
end

return rounds
