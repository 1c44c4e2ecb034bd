-- SPDX-License-Identifier: Apache-2.0
local testing = require "gamelift.testing"
local helper = require "helper"

describe("what is kept", function()
  local service, server
  before_each(function() service, server = testing.ready_server() end)
  after_each(function() service:stop() end)

  it("comes back as it was, with its age", function()
    local value = {
      phase = "active", deadline = 12.5, [1] = "one", [2] = true, [3] = false, [-7] = "minus", [2.5] = "half",
      [true] = "yes", seats = { { id = "psess-1", state = "in game" }, {} }, zero = "a\0b", empty = "",
      huge = math.huge,
    }
    assert.is_true(server:keep("match", value))
    service:advance(1.5)
    local kept, age = server:kept "match"
    assert.same(value, kept)
    assert.equal(1.5, age)
    assert.not_equal(value, kept)
  end)

  it("may be any plain value", function()
    for _, value in ipairs { true, false, 0, -1, 0.1, 2 ^ 53, "", "text", ("x"):rep(100000) } do
      server:keep("value", value)
      assert.equal(value, (server:kept "value"))
    end
  end)

  it("keeps whole numbers whole where Lua knows them", function()
    if math.type then
      for _, value in ipairs { math.maxinteger, math.mininteger, 3 } do
        server:keep("value", value)
        assert.equal("integer", math.type((server:kept "value")))
        assert.equal(value, (server:kept "value"))
      end
      server:keep("value", 3.0)
      assert.equal("float", math.type((server:kept "value")))
    end
  end)

  it("is a copy: later changes do not show", function()
    local value = { 1 }
    server:keep("a", value)
    value[1] = 2
    server:kept("a")[1] = 3
    assert.same({ 1 }, (server:kept "a"))
  end)

  it("is nil where there is nothing, and where it was forgotten", function()
    assert.same({ n = 1, nil }, { n = select("#", server:kept "a"), server:kept "a" })
    server:keep("a", 1)
    assert.is_true(server:keep("a", nil))
    assert.is_nil((server:kept "a"))
  end)

  it("outlives the handlers", function()
    server:keep("a", 1)
    server:set_handlers {}
    assert.equal(1, (server:kept "a"))
  end)

  it("cannot be a function, a thread, a table with a metatable or a table as a key; the path says where", function()
    for message, value in pairs {
      ["keep: value: a function cannot be kept"] = print,
      ["keep: value.a.b: a thread cannot be kept"] = { a = { b = coroutine.create(function() end) } },
      ["keep: value.seats%[2%].at: a userdata cannot be kept"] = { seats = { {}, { at = io.stdout } } },
      ["keep: value.at: a table with a metatable cannot be kept"] = { at = setmetatable({}, {}) },
      ["keep: value%[true%]%[%?%]: a table cannot be a key"] = { [true] = { [{}] = 1 } },
    } do
      local ok, text = pcall(server.keep, server, "a", value)
      assert.is_false(ok)
      assert.matches(message, text)
    end
    assert.is_nil((server:kept "a"))
  end)

  it("cannot lie in itself, or deeper than 32 tables", function()
    local loop, deep = {}, {}
    loop.again = loop
    local ok, message = pcall(server.keep, server, "a", loop)
    assert.is_false(ok)
    assert.matches("keep: value%.again%.again.*: tables lie in each other more than 32 deep, or one lies in itself",
      message)
    local value = deep
    for _ = 2, 32 do
      value.d = {}
      value = value.d
    end
    assert.is_true(server:keep("a", deep))
    assert.same(deep, (server:kept "a"))
    value.d = {}
    assert.is_false(pcall(server.keep, server, "a", deep))
  end)

  it("has a limit that is told", function()
    assert.is_true(server:keep("large", ("x"):rep(3 * 1024 * 1024)))
    local ok, message, code = server:keep("more", ("x"):rep(2 * 1024 * 1024))
    assert.is_nil(ok)
    assert.equal("keep: these 2097161 bytes do not fit: a server keeps up to 16 names, and 4194304 bytes under all "
      .. "of them", message)
    assert.equal("ARGUMENT", code)
    for _, value in ipairs { ("x"):rep(4 * 1024 * 1024 + 1), { { "a", ("x"):rep(4 * 1024 * 1024) } } } do
      local kept
      kept, message = pcall(server.keep, server, "more", value)
      assert.is_false(kept)
      assert.matches("larger than 4 MiB", message)
    end
    -- Two of each in each other: 2 ^ 30 values.
    local many = {}
    for _ = 1, 30 do
      many = { many, many }
    end
    assert.is_false(pcall(server.keep, server, "more", many))
  end)

  it("has a name of a certain form", function()
    for _, name in ipairs { "", "a b", "a\0", ("x"):rep(65) } do
      local function is_refused(ok, message)
        assert.is_false(ok)
        assert.matches(name:find "%z" and "zero byte" or "a name is 1 to 64 of", message)
      end
      is_refused(pcall(server.keep, server, name, 1))
      is_refused(pcall(server.kept, server, name))
    end
    assert.is_true(server:keep(("x"):rep(64), 1))
    assert.is_false(pcall(server.keep, server, "a"))
    assert.is_false(pcall(server.keep, server, 1, 1))
  end)

  it("goes with the server", function()
    server:keep("a", 1)
    server:close()
    assert.has_error(function() server:keep("a", 1) end, "server is closed")
    assert.has_error(function() server:kept "a" end, "server is closed")
  end)

  it("is read right when a finalizer keeps something else meanwhile", function()
    if not helper.is_51 then
      server:keep("a", { 1, 2, 3 })
      local count = 0
      local function again()
        setmetatable({}, { __gc = function()
          count = count + 1
          pcall(server.keep, server, "a", { ("x"):rep(count % 3000) })
          if count < 2000 then again() end
        end })
      end
      again()
      for _ = 1, 200 do
        local value = server:kept "a"
        assert.is_table(value)
        collectgarbage "step"
      end
      count = 2000
      collectgarbage()
    end
  end)
end)
