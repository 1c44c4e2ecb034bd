-- SPDX-License-Identifier: Apache-2.0
-- The modules as they are shipped, each loaded by each Lua that is installed: the right one opens, another one
-- refuses with a sentence. Runs on one Lua only; it starts the others.

local MODULES = os.getenv "GLIFT_LUA_MODULES"
local PROGRAMS = { ["lua5.1"] = "5.1", luajit = "5.1", ["lua5.2"] = "5.2", ["lua5.3"] = "5.3", ["lua5.4"] = "5.4" }

local function output_of(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

local function is_there(path)
  local file = io.open(path)
  return file ~= nil and file:close() ~= nil
end

local function installed(program)
  return output_of("command -v " .. program) ~= ""
end

local SCRIPT = "local ok, module = pcall(require, 'gamelift') "
  .. "print(ok and 'opened ' .. module.sdk_version or 'refused ' .. tostring(module)) io.stdout:write('alive')"

local function load_module(program, version)
  return output_of(("LUA_CPATH='%s/%s/?.so' LUA_INIT= %s -e \"%s\""):format(MODULES, version, program, SCRIPT))
end

describe("the module for Lua", function()
  if _VERSION ~= "Lua 5.4" or not MODULES then
    return
  end
  for _, version in ipairs { "5.1", "5.2", "5.3", "5.4" } do
    for program, fitting in pairs(PROGRAMS) do
      if is_there(("%s/%s/gamelift.so"):format(MODULES, version)) and installed(program) then
        local verb = version == fitting and " opens in " or " refuses "
        it(version .. verb .. program, function()
          local text = load_module(program, version)
          assert.matches(version == fitting and "^opened 5%.6%.0" or "^refused ", text)
          assert.matches("alive$", text)
        end)
      end
    end
  end
end)
