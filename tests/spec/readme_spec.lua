-- SPDX-License-Identifier: Apache-2.0
-- What bindings/lua/README.md teaches is run as it stands there: a block of Lua whose first line names its file is a
-- program, and the block of text after it is what it prints. Programs that a shell of the README starts are run by
-- tests/e2e/lua/tutorial_test.py.
require "gamelift.testing"

local README = "bindings/lua/README.md"
local load_text = loadstring or load

local function read_blocks()
  local file = assert(io.open(README))
  local text = file:read "*a"
  file:close()
  local blocks = {}
  for language, body in text:gmatch "\n```(%l+)\n(.-)```" do
    blocks[#blocks + 1] = { language = language, body = body, name = body:match "^%-%- ([%w_]+)%.lua" }
  end
  return blocks
end

local blocks = read_blocks()

local programs, shell = {}, ""
for i, block in ipairs(blocks) do
  if block.language == "lua" then
    local after = blocks[i + 1]
    block.output = after and after.language == "text" and after.body
    programs[#programs + 1] = block
  elseif block.language == "sh" then
    shell = shell .. block.body
  end
end

-- A program with this file's globals, which are busted's.
local function chunk_of(program)
  local chunk = assert(load_text(program.body, "@" .. program.name .. ".lua", "t", _ENV))
  return setfenv and setfenv(chunk, getfenv(1)) or chunk
end

-- Runs fn; what it prints, line by line.
local function watch(fn)
  local lines, print_before = {}, print
  print = function(...) -- luacheck: ignore
    local words = {}
    for i = 1, select("#", ...) do
      words[i] = tostring((select(i, ...)))
    end
    lines[#lines + 1] = table.concat(words, " ")
  end
  local ok, message = pcall(fn)
  print = print_before -- luacheck: ignore
  assert(ok, message)
  return lines
end

local function words_of(text)
  local lines = {}
  for line in text:gmatch "[^\n]+" do
    lines[#lines + 1] = line:gsub("%s+", " ")
  end
  return lines
end

describe("README.md of the Lua binding:", function()
  for _, program in ipairs(programs) do
    package.preload[program.name] = chunk_of(program)
  end
  teardown(function()
    for _, program in ipairs(programs) do
      package.preload[program.name], package.loaded[program.name] = nil, nil
    end
  end)

  for _, program in ipairs(programs) do
    if program.output then
      it(program.name .. ".lua prints what is printed there", function()
        local chunk = chunk_of(program)
        assert.same(words_of(program.output), watch(chunk))
      end)
    end
  end

  it("every block of Lua is a program that some test runs", function()
    for i, program in ipairs(programs) do
      assert.is_string(program.name, "block " .. i .. " of Lua has no name")
      local is_run = program.output or program.name:find "_spec$" or shell:find("lua5.4 " .. program.name, 1, true)
      for _, other in ipairs(programs) do
        is_run = is_run or other.body:find('require "' .. program.name .. '"', 1, true)
      end
      assert.is_truthy(is_run, program.name)
    end
    assert.is_true(#programs > 5)
  end)

  for _, program in ipairs(programs) do
    if program.name and program.name:find "_spec$" then
      chunk_of(program)()
    end
  end
end)
