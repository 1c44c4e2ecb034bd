-- For an installed libgamelift (GAMELIFT_DIR=prefix): "luarocks make" in this folder, or, anywhere, "luarocks install" of
-- the rock that the build makes of it, share/gamelift/gamelift-VERSION-1.src.rock, which has the archive below inside.
rockspec_format = "3.0"
package = "gamelift"
version = "scm-1"
source = { url = "file://gamelift-scm-1.tar.gz" }
description = {
  summary = "Amazon GameLift for game servers with Lua scripts",
  license = "Apache-2.0",
}
dependencies = { "lua >= 5.1, < 5.5" }
external_dependencies = {
  GAMELIFT = { header = "gamelift/gamelift.h", library = "gamelift" },
}
build = {
  type = "builtin",
  modules = {
    gamelift = {
      sources = {
        "src/lactions.c",
        "src/lattach.c",
        "src/lcall.c",
        "src/lclock.c",
        "src/lgamelift.c",
        "src/lhandlers.c",
        "src/linherited.c",
        "src/lkeep.c",
        "src/lmetrics.c",
        "src/lread.c",
        "src/lrequire.c",
        "src/lscript.c",
        "src/lserver.c",
        "src/lsleep.c",
        "src/lstate.c",
        "src/lsystem.c",
        "src/lvalue.c",
        "src/lwaiter.c",
        "src/lyield.c",
      },
      defines = { "_GNU_SOURCE" },
      incdirs = { "$(GAMELIFT_INCDIR)" },
      libdirs = { "$(GAMELIFT_LIBDIR)" },
      libraries = { "gamelift" },
    },
    ["gamelift.match"] = "gamelift/match.lua",
    ["gamelift.match.arguments"] = "gamelift/match/arguments.lua",
    ["gamelift.match.backfill"] = "gamelift/match/backfill.lua",
    ["gamelift.match.backfill_of_match"] = "gamelift/match/backfill_of_match.lua",
    ["gamelift.match.calls"] = "gamelift/match/calls.lua",
    ["gamelift.match.course"] = "gamelift/match/course.lua",
    ["gamelift.match.door"] = "gamelift/match/door.lua",
    ["gamelift.match.ending"] = "gamelift/match/ending.lua",
    ["gamelift.match.events"] = "gamelift/match/events.lua",
    ["gamelift.match.exits"] = "gamelift/match/exits.lua",
    ["gamelift.match.expected"] = "gamelift/match/expected.lua",
    ["gamelift.match.fields"] = "gamelift/match/fields.lua",
    ["gamelift.match.loop"] = "gamelift/match/loop.lua",
    ["gamelift.match.options"] = "gamelift/match/options.lua",
    ["gamelift.match.policy"] = "gamelift/match/policy.lua",
    ["gamelift.match.requests"] = "gamelift/match/requests.lua",
    ["gamelift.match.seats"] = "gamelift/match/seats.lua",
    ["gamelift.match.snapshot"] = "gamelift/match/snapshot.lua",
    ["gamelift.match.takeover"] = "gamelift/match/takeover.lua",
    ["gamelift.match.tasks"] = "gamelift/match/tasks.lua",
    ["gamelift.match.timers"] = "gamelift/match/timers.lua",
    ["gamelift.meta"] = "gamelift/meta.lua",
    ["gamelift.meta.match"] = "gamelift/meta/match.lua",
    ["gamelift.meta.metrics"] = "gamelift/meta/metrics.lua",
    ["gamelift.meta.testing"] = "gamelift/meta/testing.lua",
  },
}
