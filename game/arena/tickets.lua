-- SPDX-License-Identifier: Apache-2.0
-- The matchmaking tickets that the lobby looks after: a bounded list with an end to everything in it.
--
-- Only tickets that wait count against the limits: what is over is remembered for a while, as far as there is room.
--
-- Pure: what GameLift says goes in, what the page is told comes out.

local tickets = {}
local book_methods = {}
book_methods.__index = book_methods

tickets.most_waiting = 256   -- at the same time
tickets.most_of_address = 80 -- of these, from one address; --bots takes up to 64
tickets.most_over = 256      -- tickets that are over; those nobody asked about for longest are forgotten first
tickets.forget_s = 120       -- a ticket that is over is remembered so long
tickets.abandoned_s = 8      -- a waiting ticket that nobody asks about is taken back after this
tickets.most_per_request = 10 -- DescribeMatchmaking takes no more ids

local OVER = { COMPLETED = true, FAILED = true, CANCELLED = true, TIMED_OUT = true }

function tickets.new()
  return setmetatable({ by_id = {}, starting = {} }, book_methods)
end

function tickets.is_over(ticket)
  return OVER[ticket.status] or false
end

--- GameLift is about to be asked for a ticket, for somebody at this address: a place to hand to release(), or nil
--- where too many wait, of all or from there.
function book_methods:claim(address)
  local waiting, of_address = 0, 0
  local function count(one)
    waiting = waiting + 1
    if one.address == address then of_address = of_address + 1 end
  end
  for _, ticket in pairs(self.by_id) do
    if not OVER[ticket.status] then count(ticket) end
  end
  for place in pairs(self.starting) do count(place) end
  if waiting >= tickets.most_waiting or of_address >= tickets.most_of_address then return nil end
  local place = { address = address }
  self.starting[place] = true
  return place
end

--- GameLift has answered.
function book_methods:release(place)
  self.starting[place] = nil
end

--- fields: id, player_id, address, bot.
function book_methods:add(fields, now)
  local ticket = {
    id = fields.id, player_id = fields.player_id, address = fields.address, bot = fields.bot or false,
    status = "QUEUED", since = now, asked_at = now, ended_at = nil,
  }
  self.by_id[ticket.id] = ticket
  return ticket
end

--- The ticket, and that somebody is interested in it.
function book_methods:ask(id, now)
  local ticket = self.by_id[id]
  if ticket then ticket.asked_at = now end
  return ticket
end

--- Ids of tickets that are not over, in lists of at most ten.
function book_methods:waiting_batches()
  local batches = {}
  for id, ticket in pairs(self.by_id) do
    if not OVER[ticket.status] then
      local batch = batches[#batches]
      if not batch or #batch >= tickets.most_per_request then
        batch = {}
        batches[#batches + 1] = batch
      end
      batch[#batch + 1] = id
    end
  end
  return batches
end

local function session_of(player_id, info)
  for _, matched in ipairs(info.MatchedPlayerSessions or {}) do
    if matched.PlayerId == player_id then return matched.PlayerSessionId end
  end
  return nil
end

local function team_of(player_id, found)
  for _, player in ipairs(found.Players or {}) do
    if player.PlayerId == player_id then return player.Team end
  end
  return nil
end

--- Where to connect, from a COMPLETED ticket; nil where GameLift named no session for this player.
local function connection_of(ticket, found)
  local info = found.GameSessionConnectionInfo or {}
  local player_session_id = session_of(ticket.player_id, info)
  if not (player_session_id and info.IpAddress and info.Port) then return nil end
  return {
    url = ("ws://%s:%d/?PlayerSessionId=%s"):format(info.IpAddress, math.tointeger(info.Port), player_session_id),
    game_session_id = info.GameSessionArn,
    player_session_id = player_session_id,
    team = team_of(ticket.player_id, found),
  }
end

local function finish(ticket, status, reason, now)
  ticket.status, ticket.reason, ticket.ended_at = status, reason, now
end

--- One element of DescribeMatchmaking's TicketList. Unknown and finished tickets are left alone.
function book_methods:update(found, now)
  local ticket = self.by_id[found.TicketId]
  if not ticket or OVER[ticket.status] then return end
  ticket.status, ticket.reason = found.Status, found.StatusMessage or found.StatusReason
  if not OVER[found.Status] then return end
  ticket.ended_at = now
  if found.Status == "COMPLETED" then
    ticket.connection = connection_of(ticket, found)
    if not ticket.connection then finish(ticket, "FAILED", "the match has no seat for this player", now) end
  end
end

--- GameLift was asked for these ids and named only some: the others do not exist any more.
function book_methods:missing(asked, list, now)
  local present = {}
  for _, found in ipairs(list) do present[found.TicketId] = true end
  for _, id in ipairs(asked) do
    local ticket = self.by_id[id]
    if ticket and not present[id] and not OVER[ticket.status] then
      finish(ticket, "FAILED", "the service does not know this ticket any more", now)
    end
  end
end

--- It was taken back, by the player or by the lobby.
function book_methods:cancelled(id, now)
  local ticket = self.by_id[id]
  if ticket and not OVER[ticket.status] then finish(ticket, "CANCELLED", nil, now) end
end

local function drop_surplus(self, over)
  table.sort(over, function(a, b) return a.asked_at > b.asked_at end)
  for index = tickets.most_over + 1, #over do self.by_id[over[index].id] = nil end
end

--- Drops what is long over, or too much; returns the ids of waiting tickets that nobody asks about, to be stopped.
function book_methods:tidy(now)
  local abandoned, over = {}, {}
  for id, ticket in pairs(self.by_id) do
    if OVER[ticket.status] and now - ticket.ended_at >= tickets.forget_s then
      self.by_id[id] = nil
    elseif OVER[ticket.status] then
      over[#over + 1] = ticket
    elseif now - ticket.asked_at >= tickets.abandoned_s then
      abandoned[#abandoned + 1] = id
    end
  end
  drop_surplus(self, over)
  return abandoned
end

--- How long the person who waits longest has been waiting; nil where nobody but bots waits.
function book_methods:longest_wait(now)
  local longest
  for _, ticket in pairs(self.by_id) do
    if not ticket.bot and not OVER[ticket.status] then
      longest = math.max(longest or 0, now - ticket.since)
    end
  end
  return longest
end

--- What the page is told.
function tickets.answer(ticket, now)
  return {
    status = ticket.status, status_reason = ticket.reason, connection = ticket.connection,
    waited_s = (ticket.ended_at or now) - ticket.since,
  }
end

return tickets
