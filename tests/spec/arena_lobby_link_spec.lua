-- SPDX-License-Identifier: Apache-2.0
package.path = "game/arena/?.lua;" .. package.path

local lobby_link = require "lobby_link"

local LINK = "http://10.0.0.1:20000/#token=abcdefghijklmnop"

describe("the link of a lobby", function()
  it("lets in who has its token, and nobody else", function()
    local link = lobby_link.new { token = "abcdefghijklmnop" }
    assert.is_true(link:admits { token = "abcdefghijklmnop" })
    for _, wrong in ipairs {
      "", "a", "abcdefghijklmno", "abcdefghijklmnoq", "bbcdefghijklmnop", "abcdefghijklmnopq", "abcdefghijklmnop\0",
    } do
      assert.is_false(link:admits { token = wrong })
    end
    assert.is_false(link:admits {})
  end)

  it("lets everybody in where it has no token", function()
    assert.is_true(lobby_link.new({}):admits {})
    assert.is_true(lobby_link.new({}):admits { token = "x" })
  end)

  it("is told with the rows of its QR code", function()
    assert.same({ link = LINK, rows = { "#.#", "..#", "###" } },
      lobby_link.new({ link = LINK, rows = "#.# ..# ###" }):answer())
    assert.same({}, lobby_link.new({}):answer())
  end)

  it("knows who can open an address of the loopback", function()
    local link = lobby_link.new { link = LINK }
    for _, url in ipairs { "http://127.0.0.1:9080", "http://localhost:9080", "http://[::1]:90", "http://127.0.0.2" } do
      assert.is_true(link:can_open(url, "10.0.0.1"))
      assert.is_true(link:can_open(url, "127.0.0.1"))
      assert.is_false(link:can_open(url, "10.0.0.2"))
      assert.is_false(lobby_link.new({}):can_open(url, "10.0.0.1"))
    end
    for _, url in ipairs { "http://10.0.0.1:9080", "http://127.evil.example", "http://gamelift:9080" } do
      assert.is_true(link:can_open(url, "10.0.0.2"))
    end
  end)
end)
