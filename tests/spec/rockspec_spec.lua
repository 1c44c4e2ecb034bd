-- SPDX-License-Identifier: Apache-2.0
-- The rockspec and CMake build the same files.

local function read(path)
  local file = assert(io.open("bindings/lua/" .. path))
  local text = file:read "*a"
  file:close()
  return text
end

local function sorted(list)
  table.sort(list)
  return list
end

local function matches(text, pattern)
  local found = {}
  for name in text:gmatch(pattern) do
    found[#found + 1] = name
  end
  return sorted(found)
end

describe("the rockspec", function()
  local cmake, rockspec = read "CMakeLists.txt", read "gamelift-scm-1.rockspec"

  it("builds what CMake builds", function()
    local sources = matches(rockspec, '"(src/[%w_]+%.c)"')
    assert.is_true(#sources > 0)
    assert.same(matches(cmake, "/(src/[%w_]+%.c)"), sources)
  end)

  it("installs what CMake installs", function()
    local scripts = matches(rockspec, '"(gamelift/[%w_/]+%.lua)"')
    assert.is_true(#scripts > 0)
    assert.same(matches(cmake, "\n  (gamelift/[%w_/]+%.lua)"), scripts)
  end)

  it("names each script as require does", function()
    for name, path in rockspec:gmatch '%["([%w_.]+)"%] = "([%w_./]+)"' do
      assert.equal(path, name:gsub("%.", "/") .. ".lua")
    end
  end)
end)
