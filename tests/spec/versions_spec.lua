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

-- Scripts get globals with a require that refuses; the real one is in the hands of a script that is trusted.
local SANDBOX = [[
  local real, names = require, { "assert", "error", "ipairs", "next", "pairs", "pcall", "select",
    "getmetatable", "setmetatable", "os",
    "tonumber", "tostring", "type", "rawget", "coroutine", "math", "string", "table", "unpack", "rawequal" }
  local globals = { require = function() error "require is disabled" end }
  for _, name in ipairs(names) do globals[name] = _G[name] end
  globals._G = globals
  if setfenv then setfenv(0, globals) else debug.getregistry()[2] = globals end
  real "gamelift"
  local match = real "gamelift.match"
  assert(type(match.new) == "function")
  local env = getfenv and getfenv(match.new)
  for i = 1, 60 do
    local name, value = debug.getupvalue(match.new, i)
    if name == "_ENV" then env = value end
  end
  io.write("loaded, and ", tostring(rawget(env, "require")), " is left")
]]

local function run_sandboxed(program, version)
  local script = os.tmpname()
  local file = assert(io.open(script, "w"))
  file:write(SANDBOX)
  file:close()
  local text = output_of(("LUA_CPATH='%s/%s/?.so' LUA_PATH='%s/?.lua' LUA_INIT= %s %s"):format(
    MODULES, version, MODULES, program, script))
  os.remove(script)
  return text
end

describe("the module for Lua", function()
  if _VERSION ~= "Lua 5.4" or not MODULES then
    return
  end
  for program, version in pairs(PROGRAMS) do
    if is_there(("%s/%s/gamelift.so"):format(MODULES, version)) and installed(program) then
      it("gives gamelift.match to a trusted script where others cannot require, in " .. program, function()
        assert.equal("loaded, and nil is left", run_sandboxed(program, version))
      end)
    end
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
