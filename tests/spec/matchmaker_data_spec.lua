-- SPDX-License-Identifier: Apache-2.0
require "gamelift.testing"
local gamelift = require "gamelift"

local DOCUMENT = [[{
 "matchId":"match-1",
 "matchmakingConfigurationArn":"arn:aws:gamelift:us-east-1:000000000000:matchmakingconfiguration/arena",
 "teams":[
  {"name":"red","players":[
    {"playerId":"ann","attributes":{
      "skill":{"attributeType":"DOUBLE","valueAttribute":1420.5},
      "mode":{"attributeType":"STRING","valueAttribute":"ffa"},
      "maps":{"attributeType":"STRING_LIST","valueAttribute":["pit","spire"]},
      "gear":{"attributeType":"STRING_DOUBLE_MAP","valueAttribute":{"sword":3.0,"bow":1.5}},
      "nothing":{"attributeType":"NONE"}}}]},
  {"name":"blue","players":[{"playerId":"bob","attributes":{}}]}],
 "autoBackfillMode":"AUTOMATIC","autoBackfillTicketId":"ticket-1"}]]

describe("gamelift.matchmaker_data", function()
  it("gives players in the form that a backfill request takes", function()
    assert.same({
      match_id = "match-1",
      matchmaking_configuration_arn = "arn:aws:gamelift:us-east-1:000000000000:matchmakingconfiguration/arena",
      auto_backfill_mode = "AUTOMATIC",
      auto_backfill_ticket_id = "ticket-1",
      players = {
        {
          player_id = "ann", team = "red",
          attributes = { skill = 1420.5, mode = "ffa", maps = { "pit", "spire" }, gear = { sword = 3, bow = 1.5 } },
        },
        { player_id = "bob", team = "blue", attributes = {} },
      },
    }, gamelift.matchmaker_data(DOCUMENT))
  end)

  it("of nothing is data without players", function()
    for _, nothing in ipairs { "", false } do
      local data = gamelift.matchmaker_data(nothing or nil)
      assert.same({}, data.players)
      assert.equal("", data.match_id)
      assert.equal("NOT_SET", data.auto_backfill_mode)
    end
  end)

  it("of something else is nil, message, code", function()
    local data, message, code = gamelift.matchmaker_data "[1, 2"
    assert.is_nil(data)
    assert.is_string(message)
    assert.equal("ARGUMENT", code)
  end)

  it("raises for what is no text", function()
    assert.has_error(function() gamelift.matchmaker_data {} end)
    assert.has_error(function() gamelift.matchmaker_data "{}\0" end)
  end)
end)
