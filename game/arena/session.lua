-- SPDX-License-Identifier: Apache-2.0
-- One game session as its players live it: who is in it, what they send, what they are told.
--
-- Knows nothing of GameLift or of sockets: main.lua joins it to gamelift.match and to the host.
--   callbacks: send(player, bytes, more_of_the_message)    kick(player, reason)    on_phase(phase)    now() in seconds
--              on_introduced(player): the seat has a ship, and the name that its player goes by

local geometry = require "geometry"
local names = require "names"
local protocol = require "protocol"
local rounds = require "rounds"
local simulation = require "simulation"

local session = {}
local session_methods = {}
session_methods.__index = session_methods

local HELLO_S = 5            -- a player who has been let in says hello within this time
local MESSAGES_PER_S = 120   -- a client sends 30 inputs and a ping or two; twice that after a hitch
local MOST_MESSAGES = 150    -- in one burst
local REMEMBERED_NOTICES = 5 -- shown to those who come later
local SAVED_FORMAT = 1       -- of save(): another one is of scripts that keep other things
local COME_BACK_S = 30       -- after a reload: gamelift.match gives the seat of a player who has not come back up

--- options: rules, seed, max_players, session_id, map (nil: the usual one), kept (nil: what save() of the scripts
--- before a reload gave).
function session.new(options, callbacks)
  local rules, kept = options.rules, options.kept
  if not kept or kept.format ~= SAVED_FORMAT then kept = { players = {} } end
  return setmetatable({
    rules = rules,
    max_players = math.min(options.max_players, rules.max_players),
    session_id = options.session_id,
    callbacks = callbacks,
    world = simulation.new { seed = options.seed, rules = rules, map = options.map },
    rounds = rounds.new(rules.match, kept.rounds),
    clients = {}, -- by player
    ships = {},   -- client by ship id
    tallies = {}, -- by ship id: { total = kills over all rounds, won = rounds, past = kills of each round so far }
    kept_scores = kept.players, -- of those who have not come back since a reload: see save_scores
    kept_until = callbacks.now() + COME_BACK_S,
    names = {},   -- as matchmaking knows them, by player id
    notices = {},
    shown = {},   -- by ship id, as snapshots tell of it; filled anew for each
    tick_s = 0,
  }, session_methods)
end

-- ---- telling ----

function session_methods:send(client, name, values)
  self.callbacks.send(client.player, protocol.encode_server(name, values))
end

function session_methods:broadcast(name, values)
  local bytes = protocol.encode_server(name, values)
  for _, client in pairs(self.clients) do
    if client.welcomed then self.callbacks.send(client.player, bytes) end
  end
end

--- One line of what GameLift does, with the name of its call, for everybody.
function session_methods:notice(tone, call, text)
  local notice = { tone = protocol.tones[tone], call = call, text = text:sub(1, 200) }
  self.notices[#self.notices + 1] = notice
  if #self.notices > REMEMBERED_NOTICES then table.remove(self.notices, 1) end
  self:broadcast("notice", notice)
end

--- The seats, as roster.lua lists them.
function session_methods:show_roster(seats)
  self.seats_shown = { seats = seats }
  self:broadcast("roster", self.seats_shown)
end

--- What the service is doing: see protocol "service".
function session_methods:show_service(service)
  self.service_shown, self.service_at = service, self.callbacks.now()
  self:broadcast("service", service)
end

local function aged(service, seconds)
  return {
    backfill = service.backfill, wanted = service.wanted, elapsed = service.elapsed + seconds,
    draining = service.draining, left = math.max(0, service.left - seconds),
  }
end

function session_methods:welcome(client)
  local m, map = self.rules.movement, self.world.map
  client.welcomed = true
  self:send(client, "welcome", {
    ship = client.ship, tick_rate = self.rules.tick_rate, max_players = self.max_players,
    session = self.session_id, player_session = client.seat.player_session_id,
    ship_radius = m.ship_radius, max_speed = m.max_speed, acceleration = m.acceleration, braking = m.braking,
    dash_speed = m.dash_speed, dash_seconds = m.dash_seconds, dash_cooldown = m.dash_cooldown,
    shot_speed = self.rules.shot.speed, width = map.width, height = map.height,
    walls = map.walls, pickups = map.pickups,
  })
  for _, notice in ipairs(self.notices) do self:send(client, "notice", notice) end
  if self.seats_shown then self:send(client, "roster", self.seats_shown) end
  if self.service_shown then
    self:send(client, "service", aged(self.service_shown, self.callbacks.now() - self.service_at))
  end
end

-- ---- names ----

--- What matchmaking says of players, some of whom are still to come.
function session_methods:learn_names(matchmaker_data)
  for player_id, name in pairs(names.in_matchmaker_data(matchmaker_data)) do self.names[player_id] = name end
end

--- What the player of this seat is called: as it said itself, or as matchmaking was told.
function session_methods:name_of(seat)
  return seat.name or self.names[seat.player_id] or "player"
end

-- ---- coming and going ----

--- A connection, new or taken over from the scripts before a reload: it is asked for a hello, which may come
--- before GameLift has accepted the player.
function session_methods:connect(player)
  local client = { player = player, tokens = MOST_MESSAGES, refilled_at = self.callbacks.now(), ack = 0 }
  self.clients[player] = client
  self:send(client, "greeting", {})
end

local function save_scores(self, ship_id)
  local ship = self.world.by_id[ship_id]
  return {
    ship = ship_id, kills = ship.kills, deaths = ship.deaths, streak = ship.streak, tally = self.tallies[ship_id],
  }
end

local function restore_scores(self, ship_id, kept)
  local ship = self.world.by_id[ship_id]
  ship.kills, ship.deaths, ship.streak = kept.kills, kept.deaths, kept.streak
  self.tallies[ship_id] = kept.tally
end

--- What the scripts after a reload go on with, in plain values: the round, and by player session id what everybody
--- has scored. The world they build anew: all appear afresh.
function session_methods:save()
  local players = self.callbacks.now() < self.kept_until and self.kept_scores or {}
  for ship_id, client in pairs(self.ships) do
    players[client.seat.player_session_id] = save_scores(self, ship_id)
  end
  return { format = SAVED_FORMAT, rounds = self.rounds:save(), players = players }
end

local function free_ship(self, wanted)
  if wanted and not self.ships[wanted] then return wanted end
  for id = 1, self.rules.max_players do
    if not self.ships[id] then return id end
  end
  return nil
end

function session_methods:full()
  return free_ship(self) == nil
end

--- GameLift has accepted the player: a ship, and the welcome as soon as hello is said.
function session_methods:join(player, seat)
  local client = self.clients[player]
  if not client then return end
  local kept = self.kept_scores[seat.player_session_id]
  local ship = free_ship(self, kept and kept.ship)
  if not ship then return self.callbacks.kick(player, "the arena is full") end -- taken during the accept
  client.seat, client.ship = seat, ship
  client.joined_at = self.callbacks.now()
  self.ships[client.ship] = client
  self.tallies[client.ship] = { total = 0, won = 0, past = {} }
  self.world:add(client.ship)
  if kept then restore_scores(self, ship, kept) end
  self.kept_scores[seat.player_session_id] = nil
  if client.hello then self:introduce(client) end
end

function session_methods:introduce(client)
  client.seat.name = client.hello.name
  client.seat.bot = client.hello.flags & protocol.hello_flags.bot ~= 0
  client.seat.ship = client.ship
  self:welcome(client)
  self.callbacks.on_introduced(client.player)
end

--- The player is out of the game; a connection that is still open may yet be told things.
function session_methods:leave(player)
  local client = self.clients[player]
  if not client or not client.ship then return end
  self.world:remove(client.ship)
  self.ships[client.ship], self.tallies[client.ship] = nil, nil
  client.seat.ship, client.ship, client.welcomed = nil, nil, false
end

function session_methods:disconnect(player)
  self:leave(player)
  self.clients[player] = nil
end

function session_methods:player_count()
  local count = 0
  for _ in pairs(self.ships) do count = count + 1 end
  return count
end

-- ---- listening ----

local handlers = {}

function handlers.hello(self, client, message)
  if client.hello then return "a second hello" end
  local name, problem = names.clean(message.name)
  if not name then return problem end
  client.hello = { name = name, flags = message.flags }
  if client.ship then self:introduce(client) end
end

function handlers.input(self, client, message)
  if not client.welcomed then return end -- sent before a reload, or after the player was let go
  client.ack = message.sequence
  message.fire = message.buttons & protocol.buttons.fire ~= 0
  message.dash = message.buttons & protocol.buttons.dash ~= 0
  self.world:set_input(client.ship, message)
end

function handlers.ping(self, client, message)
  self:send(client, "pong", { stamp = message.stamp, tick = self.world.tick })
end

local function spend_token(client, now)
  client.tokens = math.min(MOST_MESSAGES, client.tokens + (now - client.refilled_at) * MESSAGES_PER_S)
  client.refilled_at = now
  client.tokens = client.tokens - 1
  return client.tokens >= 0
end

local function objection(self, client, bytes)
  if not spend_token(client, self.callbacks.now()) then
    return ("too many messages: at most %d a second"):format(MESSAGES_PER_S)
  end
  local message, problem = protocol.decode_client(bytes)
  if not message then return problem end
  return handlers[message.type](self, client, message)
end

--- A message from a player. Whoever sends what nobody should send is closed, with the reason.
function session_methods:receive(player, bytes)
  local client = self.clients[player]
  if not client or client.refused then return end
  local problem = objection(self, client, bytes)
  if problem then
    client.refused = true
    self.callbacks.kick(player, problem)
  end
end

function session_methods:close_silent_ones(now)
  for player, client in pairs(self.clients) do
    if client.joined_at and not client.hello and not client.refused and now - client.joined_at > HELLO_S then
      client.refused = true
      self.callbacks.kick(player, ("no hello within %d seconds"):format(HELLO_S))
    end
  end
end

-- ---- playing ----

function session_methods:count_totals(events)
  for _, event in ipairs(events) do
    local tally = event.type == "kill" and self.tallies[event.by]
    if tally then tally.total = tally.total + 1 end
  end
end

--- The round is over: everybody's kills are written down, and whoever has most has won it, also together.
function session_methods:close_round()
  local most = 1 -- nobody wins a round without a kill
  for ship_id in pairs(self.ships) do most = math.max(most, self.world.by_id[ship_id].kills) end
  for ship_id, tally in pairs(self.tallies) do
    local kills = self.world.by_id[ship_id].kills
    for round = #tally.past + 1, self.rounds.round - 1 do tally.past[round] = { kills = protocol.absent } end
    tally.past[self.rounds.round] = { kills = math.min(kills, protocol.absent - 1) }
    if kills == most then tally.won = tally.won + 1 end
  end
end

--- What decides places, in this order; fewer deaths, then the lower number, where all of it is equal.
local ROUND_ORDER, FINAL_ORDER = { "kills" }, { "won", "total" }

local function comparison(keys)
  return function(a, b)
    for _, key in ipairs(keys) do
      if a[key] ~= b[key] then return a[key] > b[key] end
    end
    if a.deaths ~= b.deaths then return a.deaths < b.deaths end
    return a.ship < b.ship
  end
end

function session_methods:score_rows()
  local rows = {}
  for ship_id, client in pairs(self.ships) do
    local ship, tally = self.world.by_id[ship_id], self.tallies[ship_id]
    rows[#rows + 1] = {
      ship = ship_id, kills = ship.kills, deaths = ship.deaths, total = tally.total, won = tally.won,
      name = self:name_of(client.seat), past = tally.past,
    }
  end
  local final = self.rounds.phase == "over"
  table.sort(rows, comparison(final and FINAL_ORDER or ROUND_ORDER))
  return { round = self.rounds.round, rounds = self.rules.match.rounds, final = final and 1 or 0, rows = rows }
end

function session_methods:begin_phase(phase)
  if phase == "countdown" then
    self.world:reset()
  end
  if phase == "results" or phase == "over" then
    self:close_round()
    self:broadcast("scores", self:score_rows())
  end
  self.callbacks.on_phase(phase)
end

local function ship_flags(world, ship)
  local flag = protocol.ship_flags
  return (ship.alive and flag.alive or 0)
    | (ship.protected_until > world.time and flag.protected or 0)
    | (ship.dash_left > 0 and flag.dashing or 0)
    | (ship.power and flag[ship.power] or 0)
end

local function show_ship(world, ship, shown)
  shown.ship, shown.flags = ship.id, ship_flags(world, ship)
  shown.x, shown.y, shown.vx, shown.vy, shown.aim = ship.x, ship.y, ship.vx, ship.vy, ship.aim
  shown.health, shown.kills = math.max(0, ship.health), ship.kills
  return shown
end

local function pickup_number(world, pickup)
  for number, kind in ipairs(world.rules.pickup.kinds) do
    if kind == pickup.kind then return number end
  end
  return 0
end

function session_methods:shared_snapshot(events)
  local world, ships, pickups = self.world, {}, {}
  for index, ship in ipairs(world.ships) do
    local shown = self.shown[ship.id] or {}
    self.shown[ship.id] = shown
    ships[index] = show_ship(world, ship, shown)
  end
  for index, pickup in ipairs(world.pickups) do pickups[index] = { kind = pickup_number(world, pickup) } end
  return protocol.encode_shared {
    tick = world.tick, phase = protocol.phases[self.rounds.phase], left = self.rounds.left,
    round = self.rounds.round, rounds = self.rules.match.rounds, tick_us = self.tick_s * 1e6,
    ships = ships, pickups = pickups, events = events,
  }
end

local function show_own(world, client, own)
  local ship = world.by_id[client.ship]
  own.ship, own.ack, own.vx, own.vy = client.ship, client.ack, ship.vx, ship.vy
  own.dash_left, own.dash_wait = ship.dash_left, ship.dash_wait
  own.power_left = ship.power and math.max(0, ship.power_until - world.time) or 0
  own.respawn_left = ship.alive and 0 or math.max(0, ship.respawn_at - world.time)
  return own
end

--- What is the same for everybody is encoded once, and joined with a player's own part where it is queued.
function session_methods:send_snapshots(events)
  local shared, own = self:shared_snapshot(events), protocol.new_own()
  for _, client in pairs(self.ships) do
    if client.welcomed then
      self.callbacks.send(client.player, protocol.encode_own(show_own(self.world, client, own)), shared)
    end
  end
end

--- One fixed step. expected: how many have a seat but are not here yet. tick_s: how long the server worked on the
--- last step, for the page.
function session_methods:step(dt, expected, tick_s)
  self.tick_s = geometry.clamp(tick_s, 0, 0.065)
  local phase = self.rounds:step(dt, self:player_count(), expected)
  if phase then self:begin_phase(phase) end
  self.world.peaceful = not self.rounds:armed()
  local events = self.world:step(dt)
  self:count_totals(events)
  self:send_snapshots(events)
  self:close_silent_ones(self.callbacks.now())
end

return session
