-- SPDX-License-Identifier: Apache-2.0
package.path = "game/arena/?.lua;" .. package.path

local figures = require "figures"

--- Metrics that keep what they are given, by name.
local function metrics()
  local kept = {}
  local function make(_, name)
    kept[name] = 0
    return {
      add = function(_, times) kept[name] = kept[name] + (times or 1) end,
      set = function(_, value) kept[name] = value end,
    }
  end
  return { gauge = make, counter = make }, kept
end

describe("the arena's figures", function()
  it("are messages and bytes, in and out, under the documented names", function()
    local of, kept = metrics()
    local all = figures.new(of)
    all:received(5)
    all:received(0)
    all:sent(100)
    all:tell()
    all:tell()
    assert.same({ 2, 5, 1, 100 }, {
      kept.server_packets_in, kept.server_bytes_in, kept.server_packets_out, kept.server_bytes_out,
    })
  end)

  it("are the connections that are open", function()
    local of, kept = metrics()
    local all = figures.new(of)
    all:connected(1)
    all:connected(1)
    all:connected(-1)
    assert.equal(1, kept.server_connections)
  end)
end)
