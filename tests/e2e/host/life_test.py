# SPDX-License-Identifier: Apache-2.0
"""The engine's own life: its beat, its end, and the reload of its scripts."""

import asyncio
import re
import signal
import time
import unittest

import websockets

from arena import OFFLINE, WITH_TSAN, ArenaCase


class Beat(ArenaCase):
    def test_ticks_keep_to_the_clock(self):
        arena = self.offline("""
            local first, n = nil, 0
            host.on("tick", function(dt, now)
              assert(host.tick_rate == 50 and math.abs(dt - 1 / 50) < 1e-9)
              n = n + 1
              first = first or now
              if n == 101 then host.log("info", ("100 ticks in %.6f s"):format(now - first)) end
            end)""", "--tick-rate", 50)
        took_s = float(arena.wait_for(r"100 ticks in ([\d.]+) s")[1])
        self.finish(arena)
        left_out = sum(int(count) for count in re.findall(r"stalls?: (\d+) ticks are left", arena.log))  # a busy machine
        self.assertGreaterEqual((100 + left_out) / 50 + 1e-6, took_s)
        self.assertAlmostEqual(0, took_s * 50 % 1 - round(took_s * 50 % 1), places=4)

    def test_after_a_stall_a_few_ticks_are_made_up_for_and_the_rest_is_left_out(self):
        arena = self.offline("""
            local n, from = 0
            host.on("tick", function(dt, now)
              n = n + 1
              if n == 5 then local till = host.now() + 1 while host.now() < till do end from = host.now() end
              if n == 60 then host.log("info", ("55 ticks in %.2f s"):format(host.now() - from)) end
            end)""")
        left_out = int(arena.wait_for(r"a stall: (\d+) ticks are left out")[1])
        self.assertGreaterEqual(left_out, 24)
        self.assertGreater(float(arena.wait_for(r"55 ticks in ([\d.]+) s")[1]), 50 / 30 - 0.1)
        self.finish(arena)

    def test_stalls_are_told_once_and_then_counted(self):
        arena = self.offline("""
            local n = 0
            host.on("tick", function()
              n = n + 1
              if n % 10 ~= 0 then return end
              local till = host.now() + 0.3
              while host.now() < till do end
              host.log("info", "stalled " .. n)
            end)""")
        arena.wait_for("stalled 50")
        self.assertEqual(1, len(re.findall("a stall", arena.log)), arena.log)
        self.finish(arena)
        self.assertRegex(arena.log, r"\d+ further stalls: \d+ ticks are left out")

    def test_an_error_in_every_tick_is_told_once_and_then_counted(self):
        arena = self.offline("""
            local n = 0
            host.on("tick", function()
              n = n + 1
              if n == 30 then host.log("info", "errors " .. host.error_count()) end
              if n % 7 == 0 then error "in every seventh" end
              error("tick number " .. n)
            end)""")
        arena.wait_for("errors 29")
        self.finish(arena)
        self.assertEqual(2, arena.log.count("stack traceback"), arena.log)
        self.assertRegex(arena.log, r"ERROR script   \d+ times more: .*main.lua:7: tick number 1\n")
        self.assertRegex(arena.log, r"ERROR script   \d+ times more: .*main.lua:6: in every seventh")

    def test_a_coroutine_sleeps_while_ticks_go_on(self):
        arena = self.offline("""
            local n = 0
            host.on("tick", function() n = n + 1 end)
            local began = host.now()
            host.sleep(0.5)
            host.log("info", ("slept %.2f s and %d ticks"):format(host.now() - began, n))""")
        slept = arena.wait_for(r"slept ([\d.]+) s and (\d+) ticks")
        self.assertAlmostEqual(0.5, float(slept[1]), delta=0.2)
        self.assertGreater(int(slept[2]), 10)
        self.finish(arena)

    def test_errors_are_counted_whatever_was_raised(self):
        arena = self.offline("""
            local raise = {
              function() error "text" end, function() error { code = 1 } end, function() error() end,
              function() error(setmetatable({}, { __tostring = function() return "from a table" end })) end,
              function() error(setmetatable({}, { __tostring = function() error "twice" end })) end,
            }
            local n = 0
            host.on("tick", function()
              n = n + 1
              if raise[n] then raise[n]() end
              if n == #raise + 1 then host.log("info", "errors " .. host.error_count()) end
            end)""")
        arena.wait_for("errors 5")
        arena.wait_for("ERROR script   from a table")
        self.finish(arena)

    def test_sleepers_wake_in_the_order_of_their_times(self):
        arena = self.offline("""
            local order = {}
            for _, name in ipairs { "c", "a", "d", "b" } do
              coroutine.wrap(function()
                host.sleep((name:byte() - 96) * 0.02)
                order[#order + 1] = name
                if #order == 4 then host.log("info", "order " .. table.concat(order)) end
              end)()
            end
            local till = host.now() + 0.3 while host.now() < till do end""")
        arena.wait_for("order abcd")
        self.finish(arena)

    def test_a_sleeper_that_the_script_resumes_itself_is_told(self):
        arena = self.offline("""
            local thread = coroutine.create(function() host.sleep(0.1) host.log("info", "went on") end)
            coroutine.resume(thread)
            coroutine.resume(thread)
            host.sleep(0.3)
            host.log("info", "lives")""")
        arena.wait_for("went on")
        arena.wait_for("ERROR script.*was resumed by the script")
        arena.wait_for("lives")
        self.finish(arena)

    def test_a_request_that_cannot_be_made_is_refused_by_name(self):
        arena = self.offline(r"""
            for _, request in ipairs {
              { url = "http://127.0.0.1/", metod = "PUT" }, { "http://127.0.0.1/" }, {}, { url = 5 },
              { url = "http://127.0.0.1/", headers = "X: y" }, { url = "http://127.0.0.1/", headers = { x = "y\0z" } },
            } do
              host.log("info", select(2, pcall(host.http, request)))
            end""")
        for sentence in ("unknown field 'metod'", "unknown field '1'", "url is missing", "url is a string, not a number",
                         "headers is a table of strings, not a string", "without line breaks and zero bytes"):
            arena.wait_for(f"host.http: .*{sentence}")
        self.finish(arena)

    def test_waiting_outside_a_coroutine_and_unknown_events_raise(self):
        arena = self.offline("""
            print = nil
            local ok, message = pcall(host.on, "conect", function() end)
            host.log("info", message)
            ok, message = pcall(host.on, "request", function() end)
            host.log("info", message)
            setmetatable({}, { __gc = function()
              local _, why = pcall(host.sleep, 1)
              host.log("info", why)
            end })
            collectgarbage()""")
        arena.wait_for('there is no event "conect" in mode "server"')
        arena.wait_for('there is no event "request" in mode "server"')
        arena.wait_for("waiting is possible in a coroutine only")
        self.finish(arena)

    def test_json_says_what_lua_says(self):
        arena = self.offline(r"""
            local function round(value) return host.json_decode(host.json_encode(value)) end
            local t = round { list = { 1, 2.5, "x" }, none = host.empty_array, yes = true, deep = { a = { b = {} } } }
            assert(math.type(t.list[1]) == "integer" and t.list[2] == 2.5 and t.list[3] == "x")
            assert(t.yes == true and next(t.none) == nil and next(t.deep.a.b) == nil)
            assert(host.json_encode(host.empty_array) == "[]" and host.json_encode {} == "{}")
            assert(host.json_encode { n = 1700000000000 } == '{"n":1700000000000}')
            assert(select(2, host.json_decode "[1,") == "bad JSON at byte 3")
            assert(host.json_decode "null" == nil)
            assert(host.json_decode ' {"a":1} \n'.a == 1)
            assert(select(2, host.json_decode '{"a":1} {"b":2}') == "bad JSON at byte 8")
            local loop = {}
            loop[1] = loop
            for _, bad in ipairs { loop, { f = print }, { 0 / 0 }, { [3] = 1, [{}] = 2 }, "a\0b", { 1, 2, name = 3 } } do
              assert(not pcall(host.json_encode, bad))
            end
            assert(select(2, host.json_decode(("["):rep(200) .. ("]"):rep(200))):find "nested deeper")
            host.log("info", "json is fine")""")
        arena.wait_for("json is fine")
        self.finish(arena)


class End(ArenaCase):
    def test_without_a_handler_sigterm_ends_it_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            arena = self.offline("")
            arena.signal(number)
            self.assertEqual(0, arena.exit_code(5))
            self.assert_clean(arena)

    def test_the_script_gets_its_grace_and_chooses_the_code(self):
        arena = self.offline("""
            host.on("terminate", function(grace_s)
              host.log("info", "grace " .. grace_s)
              host.sleep(0.3)
              host.exit(7)
            end)""", "--set", "terminate_grace_s=5")
        arena.signal(signal.SIGTERM)
        self.assertEqual(7, arena.exit_code(5))
        arena.wait_for("grace 5.0", 0)

    def test_a_script_that_does_not_end_is_ended_after_the_grace(self):
        arena = self.offline("host.on('terminate', function() end)", "--set", "terminate_grace_s=0.5")
        began = time.monotonic()
        arena.signal(signal.SIGTERM)
        self.assertEqual(0, arena.exit_code(5))
        self.assertGreater(time.monotonic() - began, 0.4)

    def test_a_second_signal_ends_it_at_once(self):
        arena = self.offline("host.on('terminate', function() end)", "--set", "terminate_grace_s=60")
        arena.signal(signal.SIGTERM)
        arena.wait_for("asked to end")
        arena.signal(signal.SIGINT)
        self.assertEqual(0, arena.exit_code(5))

    @unittest.skipIf(WITH_TSAN, "ThreadSanitizer holds a signal back until the next system call")
    def test_a_script_that_never_returns_is_interrupted(self):
        arena = self.offline("""
            host.on("tick", function() host.log("info", "spins") while true do end end)
            """, "--set", "terminate_grace_s=1", "--set", "script_timeout_ms=0")
        arena.wait_for("spins")
        arena.signal(signal.SIGTERM)
        self.assertEqual(0, arena.exit_code(15))
        arena.wait_for("interrupted: the program is to end", 0)

    def assert_goes_on_after(self, spin):
        """A script that does this in its third tick has that tick ended, with a traceback; the others go on."""
        arena = self.offline(f"""
            local function spin() while true do end end
            local n = 0
            host.on("tick", function()
              n = n + 1
              if n == 3 then {spin} host.log("info", "came through") end
              if n == 10 then host.log("info", "goes on, errors " .. host.error_count()) end
            end)""", "--set", "script_timeout_ms=200")
        arena.wait_for("goes on, errors 1")
        self.assertIn("did not return within 200 ms of CPU time (script_timeout_ms), and is ended", arena.log)
        self.assertRegex(arena.log, r"stack traceback:[^$]*main.lua:\d")
        self.assertNotIn("came through", arena.log)
        self.finish(arena)

    @unittest.skipIf(WITH_TSAN, "ThreadSanitizer holds a signal back until the next system call")
    def test_a_call_that_never_returns_is_ended_and_the_host_lives(self):
        for spin in (
                "spin()",
                "pcall(spin)",
                "while true do pcall(spin) end",
                "while true do xpcall(spin, debug.traceback) end",
                "coroutine.wrap(spin)()",
                "coroutine.resume(coroutine.create(spin))",
                "while true do coroutine.resume(coroutine.create(function() coroutine.wrap(spin)() end)) end",
                "setmetatable({}, {__index = spin}).x = nil local _ = setmetatable({}, {__index = spin}).x",
                "table.sort({1, 2, 3}, spin)",
                "string.gsub('x', 'x', spin)"):
            with self.subTest(spin):
                self.assert_goes_on_after(spin)

    @unittest.skipIf(WITH_TSAN, "ThreadSanitizer holds a signal back until the next system call")
    def test_scripts_that_never_end_while_they_load_are_ended(self):
        log = self.fails("--script", self.write("main.lua", "while true do end"), *OFFLINE,
                         "--set", "script_timeout_ms=200")
        self.assertIn("did not return within 200 ms", log)

    def test_coroutines_are_those_of_lua(self):
        arena = self.offline("""
            local function say(...) host.log("info", table.concat({ ... }, " | ")) end
            say("resume", select(2, coroutine.resume(coroutine.create(function(a) return coroutine.yield(a) end), "a")))
            local wrapped = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) error("with " .. b, 0) end)
            say("wrap", wrapped(1), select(2, pcall(wrapped, 3)), select(2, pcall(wrapped)))
            say("dead", select(2, coroutine.resume(coroutine.create(function() error "inside" end))))
            say("bad", select(2, pcall(coroutine.resume, 1)), select(2, pcall(coroutine.wrap)))
            local t = setmetatable({}, { __tostring = function() return "an object" end })
            say("object", tostring(select(2, pcall(coroutine.wrap(function() error(t) end)))))
            say("yieldable", tostring(coroutine.wrap(coroutine.isyieldable)()))""")
        for line in (r"resume \| a", r"wrap \| 2 \| with 3 \| cannot resume dead coroutine", r"dead \| .*:6: inside",
                     r"bad \| bad argument #1 .*thread expected.* \| bad argument #1 .*function expected",
                     r"object \| an object", r"yieldable \| true"):
            arena.wait_for(line)
        self.finish(arena)

    def test_players_are_told(self):
        arena = self.offline("host.on('connect', function(player) host.send(player, 'hello') end)")

        async def play():
            async with websockets.connect(f"ws://127.0.0.1:{arena.port}/?PlayerSessionId=1") as player:
                await player.recv()
                arena.signal(signal.SIGTERM)
                with self.assertRaises(websockets.ConnectionClosed) as closed:
                    await player.recv()
                return closed.exception.rcvd
        close = asyncio.run(play())
        self.assertEqual((4000, "the server has ended"), (close.code, close.reason))
        self.assertEqual(0, arena.exit_code(5))

    def test_a_player_who_does_not_answer_the_close_holds_nothing_up(self):
        arena = self.offline("host.on('connect', function(player) host.send(player, 'hello') end)")

        async def play():
            player = await websockets.connect(f"ws://127.0.0.1:{arena.port}/?PlayerSessionId=1")
            await player.recv()
            player.transport.pause_reading()
            arena.signal(signal.SIGTERM)
            self.assertEqual(0, await asyncio.to_thread(arena.exit_code, 5))
            player.transport.abort()
        asyncio.run(play())


class Reload(ArenaCase):
    def test_sighup_runs_the_script_anew_and_introduces_the_players_again(self):
        script = """
            local version = %d
            host.on("connect", function(player, info)
              host.log("info", ("v%%d meets %%s %%s"):format(version, info.player_session_id, info.again))
            end)
            host.on("message", function(player, bytes) host.send(player, "v" .. version .. " " .. bytes) end)
            host.on("tick", function() end)"""
        arena = self.offline(script % 1)

        async def play():
            async with websockets.connect(f"ws://127.0.0.1:{arena.port}/?PlayerSessionId=psess-1") as player:
                await player.send(b"hello")
                self.assertEqual(b"v1 hello", await player.recv())
                for version in (2, 3):
                    self.write("main.lua", script % version)
                    arena.signal(signal.SIGHUP)
                    await asyncio.to_thread(arena.wait_for, f"v{version} meets psess-1 true")
                    await player.send(b"hello")
                    self.assertEqual(b"v%d hello" % version, await player.recv())
        asyncio.run(play())
        self.finish(arena)

    def test_a_script_that_does_not_compile_changes_nothing(self):
        arena = self.offline("local n = 0 host.on('tick', function() n = n + 1 "
                             "if n % 30 == 0 then host.log('info', 'old ' .. n) end end)")
        self.write("main.lua", "host.on(")
        arena.signal(signal.SIGHUP)
        arena.wait_for(r"the scripts stay as they were: .*main\.lua:1:")
        before = len(arena.lines)
        arena.wait_for("old", count=arena.log.count("old") + 1)
        self.assertGreater(len(arena.lines), before)
        self.finish(arena)

    def test_a_script_that_raises_keeps_the_players_until_the_next_one(self):
        good = "host.on('connect', function(player) host.send(player, 'welcome %d') end)"
        arena = self.offline(good % 1)

        async def play():
            async with websockets.connect(f"ws://127.0.0.1:{arena.port}/?PlayerSessionId=1") as player:
                self.assertEqual(b"welcome 1", await player.recv())
                self.write("main.lua", "error 'no map'")
                arena.signal(signal.SIGHUP)
                await asyncio.to_thread(arena.wait_for, "no map")
                self.write("main.lua", good % 2)
                arena.signal(signal.SIGHUP)
                self.assertEqual(b"welcome 2", await player.recv())
        asyncio.run(play())
        self.finish(arena)

    def test_coroutines_that_wait_end_with_their_scripts(self):
        arena = self.offline("host.log('info', 'first') while true do host.sleep(0.05) end")
        for count in range(2, 6):
            arena.signal(signal.SIGHUP)
            arena.wait_for("first", count=count)
        self.finish(arena)


if __name__ == "__main__":
    unittest.main()
