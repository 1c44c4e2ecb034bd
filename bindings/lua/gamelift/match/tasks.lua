-- SPDX-License-Identifier: Apache-2.0
-- Coroutines that wait for time, for a condition or for each other. Time only passes in advance(), so a spec can
-- play an hour.
--
-- What a coroutine will return is its outcome: { is_known =, has_failed =, message =, n =, [1] =, ..., thread = }.
-- Others can wait for it, and go on in the moment it is known.
--
-- After stop() nothing goes on: who waits is forgotten, and who comes to a wait later rests there for good.

local gamelift = require "gamelift"

local methods = {}
local class = { __index = methods }

--- An error as text, whatever it is.
local function text_of(message)
  local has_text, text = pcall(tostring, message)
  return has_text and text or "an error without a text"
end

local function resume(thread)
  local ok, message = coroutine.resume(thread)
  if not ok then
    error(debug.traceback(thread, text_of(message)), 0)
  end
end

local function wake(sleeper)
  if not sleeper.is_awake then
    sleeper.is_awake = true
    gamelift.run(resume, sleeper.thread)
  end
end

-- ---- outcomes

function methods:outcome() -- luacheck: no self
  return { is_known = false, has_failed = false, n = 0 }
end

local function make_known(self, outcome)
  outcome.is_known = true
  self.watched[outcome] = nil
  local waiting = outcome.waiting
  outcome.waiting = nil
  for _, sleeper in ipairs(waiting or {}) do
    self.wake_at = 0 -- to tidy the list of sleepers up
    wake(sleeper)
  end
end

--- The outcome is known now: who waits for it goes on, before this returns.
function methods:settle(outcome, ...)
  if outcome.is_known or self.is_stopped then
    return
  end
  outcome.n = select("#", ...)
  for i = 1, outcome.n do
    outcome[i] = (select(i, ...))
  end
  make_known(self, outcome)
end

local function fail(self, outcome, message)
  if not outcome.is_known and not self.is_stopped then
    outcome.has_failed = true
    outcome.message = message and message:match "^[^\n]*" -- without the traceback, which the log has
    make_known(self, outcome)
  end
end

--- Start fn(...) as a coroutine; returns its outcome. If it raises, the error is logged, and the outcome has failed.
--- Lua 5.1 cannot wait inside pcall, which is why this is not a pcall.
function methods:run(fn, ...)
  local outcome = self:outcome()
  if self.is_stopped then
    return outcome
  end
  local _, message = gamelift.run(function(...)
    outcome.thread = coroutine.running()
    self:settle(outcome, fn(...))
  end, ...)
  if coroutine.status(outcome.thread) == "dead" then
    fail(self, outcome, message)
  end
  return outcome
end

-- ---- waiting, in the running coroutine

--- Go on only if everything does.
function methods:rest_if_stopped()
  while self.is_stopped do
    coroutine.yield()
  end
end

local function sleep(self, seconds, done)
  local sleeper = { thread = coroutine.running(), at = self.clock + seconds, done = done, is_awake = false }
  self.sleepers[#self.sleepers + 1] = sleeper
  self.wake_at = math.min(self.wake_at, sleeper.at)
  self.polled = self.polled + (done and 1 or 0)
  return sleeper
end

--- Wait so many seconds, not at all for 0 or less, or until done() is true: it is asked in every advance().
function methods:pause(seconds, done)
  self:rest_if_stopped()
  if seconds > 0 and not (done and done()) then
    sleep(self, seconds, done)
    coroutine.yield()
    self:rest_if_stopped()
  end
end

--- Wait until the outcome is known, at most so many seconds (default: for ever). Returns whether it is.
function methods:await(outcome, seconds)
  self:rest_if_stopped()
  if not outcome.is_known then
    outcome.waiting = outcome.waiting or {}
    outcome.waiting[#outcome.waiting + 1] = sleep(self, seconds or math.huge)
    if outcome.thread then
      self.watched[outcome] = true
    end
    coroutine.yield()
    self:rest_if_stopped()
  end
  return outcome.is_known
end

-- ---- time

local function is_due(self, sleeper)
  return self.clock >= sleeper.at or (sleeper.done and sleeper.done())
end

-- Takes those who are due out of the list; what they do when they wake may change it.
local function take_due(self)
  local due, kept = {}, 0
  local sleepers = self.sleepers
  local count = #sleepers
  self.wake_at, self.polled = math.huge, 0
  for i = 1, count do
    local sleeper = sleepers[i]
    sleepers[i] = nil
    if not sleeper.is_awake and is_due(self, sleeper) then
      due[#due + 1] = sleeper
    elseif not sleeper.is_awake then
      kept = kept + 1
      sleepers[kept] = sleeper
      self.wake_at = math.min(self.wake_at, sleeper.at)
      self.polled = self.polled + (sleeper.done and 1 or 0)
    end
  end
  return due
end

-- A coroutine that something else has resumed, such as an answer of GameLift or the host, may have raised since.
local function fail_dead(self)
  local dead = {}
  for outcome in pairs(self.watched) do
    if coroutine.status(outcome.thread) == "dead" then
      dead[#dead + 1] = outcome
    end
  end
  for _, outcome in ipairs(dead) do
    fail(self, outcome)
  end
end

-- Whether a condition that somebody waits for is true. Most ticks end here, without garbage.
local function is_condition_met(self)
  if self.polled > 0 then
    local sleepers = self.sleepers
    for i = 1, #sleepers do
      local done = sleepers[i].done
      if done and done() then
        return true
      end
    end
  end
  return false
end

function methods:advance(dt)
  self.clock = self.clock + dt
  if self.clock >= self.wake_at or is_condition_met(self) then
    for _, sleeper in ipairs(take_due(self)) do
      wake(sleeper)
    end
  end
  if next(self.watched) ~= nil then
    fail_dead(self)
  end
end

function methods:stop()
  self.is_stopped = true
  self.sleepers, self.watched = {}, {}
  self.wake_at, self.polled = math.huge, 0
end

local tasks = { text_of = text_of }

function tasks.new()
  return setmetatable({
    clock = 0,           -- seconds since the match was made
    sleepers = {},       -- who waits: { thread =, at =, done =, is_awake = }
    wake_at = math.huge, -- when the first of them is due
    polled = 0,          -- how many of them wait for a condition
    watched = {},        -- outcomes with a coroutine that somebody waits for
    is_stopped = false,
  }, class)
end

return tasks
