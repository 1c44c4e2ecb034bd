-- SPDX-License-Identifier: Apache-2.0
-- The annotations say what the C module registers: no more, no less.
local testing = require "gamelift.testing"
local gamelift = require "gamelift"

local function read(path)
  local file = assert(io.open("bindings/lua/" .. path))
  local text = file:read "*a"
  file:close()
  return text
end

local function source(name)
  return read("src/" .. name)
end

local meta = read "gamelift/meta.lua"

local function sorted_keys(set)
  local keys = {}
  for key in pairs(set) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return keys
end

local function annotated_functions(pattern)
  local found = {}
  for name in meta:gmatch(pattern) do
    found[name] = true
  end
  return found
end

-- The fields of one class, in a set.
local function annotated_fields(class)
  local found = {}
  local body = meta:match("%-%-%-@class " .. class:gsub("%.", "%%.") .. "[^\n]*\n(.-)\n[^-]")
    or meta:match("%-%-%-@class " .. class:gsub("%.", "%%.") .. "[^\n]*\n(.-)\n\n")
  for name in body:gmatch "%-%-%-@field ([%w_]+)" do
    found[name] = true
  end
  return found
end

describe("the annotations", function()
  it("have every function of the module", function()
    local registered = {}
    for name, value in pairs(gamelift) do
      if type(value) == "function" then
        registered[name] = true
      end
    end
    assert.same(sorted_keys(registered), sorted_keys(annotated_functions "\nfunction gamelift%.([%w_]+)"))
  end)

  it("have every constant of the module", function()
    local registered = {}
    for name, value in pairs(gamelift) do
      if type(value) ~= "function" then
        registered[name] = true
      end
    end
    assert.same(sorted_keys(registered), sorted_keys(annotated_fields "gamelift"))
  end)

  it("have every method of a server", function()
    local service, server = testing.ready_server()
    local registered = {}
    for name in pairs(getmetatable(server).__index) do
      registered[name] = true
    end
    assert.same(sorted_keys(registered), sorted_keys(annotated_functions "\nfunction server:([%w_]+)"))
    service:stop()
  end)

  it("have every method of metrics and of a metric", function()
    local service, server = testing.ready_server()
    local metrics = gamelift.metrics(server)
    for name, object in pairs { metrics = metrics, metric = assert(metrics:gauge "load") } do
      local registered = {}
      for method in pairs(getmetatable(object).__index) do
        registered[method] = true
      end
      assert.same(sorted_keys(registered), sorted_keys(annotated_functions("\nfunction " .. name .. ":([%w_]+)")))
    end
    service:stop()
  end)

  it("have every function of gamelift.testing, and every method of its service", function()
    assert.same(sorted_keys(testing), sorted_keys(annotated_functions "\nfunction testing%.([%w_]+)"))
    local service = testing.service()
    assert.same(sorted_keys(getmetatable(service).__index),
      sorted_keys(annotated_functions "\nfunction service[.:]([%w_]+)"))
    service:stop()
  end)

  it("have every option of new_server, and every handler", function()
    local annotated = annotated_fields "gamelift.server_options"
    for name in pairs(annotated_fields "gamelift.handlers") do
      annotated[name] = true
    end
    local registered = { log_level = true }
    for name in source "lserver.c":gmatch "FIELD%(([%w_]+), %u" do
      registered[name] = true
    end
    for name in source "lhandlers.c":gmatch '\n        "(on_[%w_]+)",' do
      registered[name] = true
    end
    assert.same(sorted_keys(registered), sorted_keys(annotated))
  end)

  it("have every field of a session, a player session and matchmaker data", function()
    local page
    local service, server = testing.active_session()
    service:create_player_session "ann"
    server:describe_player_sessions({ player_id = "ann" }, function(answer) page = answer end)
    service:settle()
    local function compare(class, value, optional)
      for name in pairs(value) do
        optional[name] = true
      end
      assert.same(sorted_keys(annotated_fields(class)), sorted_keys(optional))
    end
    compare("gamelift.game_session", server:game_session(), {})
    compare("gamelift.player_session", page.player_sessions[1], { termination_time = true })
    compare("gamelift.player_session_page", page, { next_token = true })
    compare("gamelift.matchmaker_data", gamelift.matchmaker_data "", {})
    service:stop()
  end)
end)
