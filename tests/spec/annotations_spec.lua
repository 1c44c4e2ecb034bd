-- SPDX-License-Identifier: Apache-2.0
-- The reader of annotations that meta_spec.lua relies on finds what is wrong with them.
local new_annotations = require "annotations"

local GOOD = [[
-- A comment.
---@meta thing

---@alias thing.color
---| "red"  # of blood
---| "blue" # of the sea

---@class thing
---@field name string
---@field color? thing.color        # default: red
---@field parts { weight: number, next?: thing }[]
---@field on_push? fun(of: thing, force: number): boolean
local thing = {}

--- Push it.
---@param force number   in newtons
---@return boolean? ok
---@return string? message
function thing:push(force) end

return thing
]]

local function complaints(text)
  local annotations = new_annotations()
  annotations:read("file", text)
  return annotations:complaints()
end

describe("the reader of annotations", function()
  local annotations
  before_each(function()
    annotations = new_annotations()
    annotations:read("file", GOOD)
  end)

  it("understands classes, aliases and functions", function()
    assert.same({}, annotations:complaints())
    assert.same({ red = true, blue = true }, annotations:literals(annotations:fields "thing".color.type))
    local push = annotations:functions_of "thing".push
    assert.is_true(push.is_method)
    assert.same({ "force" }, push.given)
    assert.equal("Push it.", push.text)
  end)

  it("judges values", function()
    local parts = { { weight = 1 }, { weight = 2, next = { name = "b", parts = {} } } }
    local function objection(changes)
      local value = { name = "a", parts = parts }
      for key, change in pairs(changes) do
        value[key] = change
      end
      return annotations:objection(value, "thing")
    end
    assert.is_nil(objection { color = "red" })
    assert.equal("thing.color is green, which is none of its types", objection { color = "green" })
    assert.equal("thing.name is a number, not a string", objection { name = 1 })
    assert.equal("thing.size is not documented", objection { size = 1 })
    assert.equal("thing.parts[].weight is not there", objection { parts = { {} } })
    assert.equal("thing.on_push is no function", objection { on_push = 1 })
    assert.equal("thing.parts is not there", annotations:objection({ name = "a" }, "thing"))
  end)

  it("judges calls", function()
    local on_push = annotations:fields "thing".on_push.type
    local thing = { name = "a", parts = {} }
    assert.is_nil(annotations:objection_to_call(on_push, thing, 1))
    assert.equal("force is a string, not a number", annotations:objection_to_call(on_push, thing, "hard"))
    assert.equal("3 arguments instead of 2", annotations:objection_to_call(on_push, thing, 1, 2))
    assert.equal("force is a nil, not a number", annotations:objection_to_call(on_push, thing))
  end)

  local CLASS = "---@class a\nlocal a = {}\n\n"
  local mistakes = {
    { "a field is of no class", "---@field name string\n", "1: field name is of no class" },
    { "a field is there twice", "---@class a\n---@field b any\n---@field b any\n", "3: field b is there twice" },
    { "a class is there twice", "---@class a\n\n---@class a\n", "3: a is there twice" },
    { "a type is unknown", "---@class a\n---@field b strin\n", "2: there is no type strin" },
    { "a parent is unknown", "---@class a: b\n", "1: there is no type b" },
    { "a type is not closed", "---@class a\n---@field b fun(c: any\n", "2: no type: ) is missing at ''" },
    { "a tag is unknown", "---@klass a\n", "1: not an annotation: ---@klass a" },
    { "a choice is of no alias", '---| "a"\n', '1: a choice of no alias: "a"' },
    { "a function's owner has no class", "--- Text.\nfunction a.b() end\n", "2: function a.b: a has no class" },
    { "a parameter has another name", CLASS .. "--- Text.\n---@param b any\nfunction a.f(c) end\n",
      "6: a.f: parameter 1 is c in the code, and b in @param" },
    { "a parameter is not documented", CLASS .. "--- Text.\nfunction a.f(c) end\n",
      "5: a.f: parameter 1 is c in the code, and missing in @param" },
    { "a function has no text", CLASS .. "function a.f() end\n", "4: a.f has no text" },
    { "@return is of no function", "---@class a\n---@return any\n\n", "3: @param or @return without a function" },
    { "code is among them", "os.exit(1)\n", "1: not an annotation: os.exit(1)" },
  }
  for _, mistake in ipairs(mistakes) do
    it("says that " .. mistake[1], function()
      assert.equal("file:" .. mistake[3], complaints(mistake[2])[1])
    end)
  end
end)
