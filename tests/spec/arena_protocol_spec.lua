-- SPDX-License-Identifier: Apache-2.0
package.path = "game/arena/?.lua;tests/spec/?.lua;" .. package.path

local protocol = require "protocol"
local vectors = require "arena_vectors"

local function from_hex(hex)
  return (hex:gsub("%x%x", function(byte) return string.char(tonumber(byte, 16)) end))
end

--- The same tables, numbers equal to within 1e-9, `type` aside.
local function alike(a, b)
  if type(a) == "number" and type(b) == "number" then return math.abs(a - b) < 1e-9 end
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for key, value in pairs(a) do
    if not alike(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

describe("the arena protocol", function()
  it("reads back every golden message as it was written", function()
    for _, side in ipairs { "client", "server" } do
      for _, message in ipairs(vectors[side]) do
        local bytes = protocol["encode_" .. side](message[1], message[2])
        local read = assert(protocol["decode_" .. side](bytes))
        assert.equal(message[1], read.type)
        read.type = nil
        assert.is_true(alike(message[2], read), message[1])
      end
    end
  end)

  -- GLIFT_WRITE_VECTORS=1 writes the file anew, after a change that is meant.
  it("writes the golden bytes that the page is checked against", function()
    local text = vectors.json()
    if os.getenv "GLIFT_WRITE_VECTORS" then
      local file = assert(io.open(vectors.path, "w"))
      file:write(text)
      file:close()
    end
    local file = assert(io.open(vectors.path))
    local golden = file:read "a"
    file:close()
    assert.equal(golden, text)
  end)

  it("is spoken by the page with the same bytes", function()
    if not os.execute "command -v node >/dev/null" then
      pending "node is not installed; the page test checks the same in Chromium"
      return
    end
    -- Node is no program of ours: a sanitizer that is loaded with this one would watch it too.
    local run = io.popen "env -u LD_PRELOAD node tests/spec/arena_protocol_check.mjs 2>&1"
    local output = run:read "a"
    assert.is_true(run:close(), output)
  end)

  it("clamps what does not fit and turns angles round", function()
    local read = protocol.decode_client(protocol.encode_client("input",
      { sequence = 70000, move_x = 5, move_y = -5, aim = -math.pi / 2, buttons = 0 }))
    assert.equal(65535, read.sequence)
    assert.equal(1, read.move_x)
    assert.equal(-1, read.move_y)
    assert.is_true(math.abs(read.aim - math.pi * 1.5) < 1e-3)
  end)

  it("takes the part all snapshots share as bytes", function()
    local snapshot = vectors.server[4][2]
    assert.equal(protocol.encode_server("snapshot", snapshot), protocol.encode_server("snapshot",
      { own = snapshot.own, shared = protocol.encode_shared(snapshot.shared) }))
  end)
end)

describe("a message that nobody should send", function()
  local function refusal(hex)
    local message, problem = protocol.decode_client(from_hex(hex))
    assert.is_nil(message)
    return problem
  end

  it("is refused with a sentence", function()
    assert.equal("a message has at least 2 bytes", refusal "")
    assert.equal("a message has at least 2 bytes", refusal "02")
    assert.equal("this server speaks version 2 of the arena protocol, you speak 3; reload the page", refusal "0301")
    assert.equal("unknown message type 0", refusal "0200")
    assert.equal("unknown message type 99", refusal "0263")
    assert.equal("input is too short", refusal "020201")
    assert.equal("input is 2 bytes too long", refusal "0202010000000000000000")
    assert.equal("hello is too short", refusal "0201000541")
    assert.equal("text is not UTF-8", refusal "02010001ff")
  end)

  it("never raises, whatever its bytes", function()
    math.randomseed(11)
    for _ = 1, 3000 do
      local bytes = { string.char(math.random(0, 2) == 0 and math.random(0, 255) or 2) }
      for index = 2, math.random(0, 40) do
        bytes[index] = string.char(math.random(0, index == 2 and 9 or 255))
      end
      local text = table.concat(bytes)
      for _, decode in ipairs { protocol.decode_client, protocol.decode_server } do
        local message, problem = decode(text)
        assert.is_true(message ~= nil or type(problem) == "string")
      end
    end
  end)
end)
