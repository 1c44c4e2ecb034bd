std = "lua54"
max_line_length = 120
cache = false
exclude_files = { "build/" }
files["plugin/engines/love/"] = { std = "luajit+love" }
files["plugin/engines/minetest/"] = { std = "luajit", read_globals = { "minetest" } }
files["plugin/examples/"] = { globals = { "engine" } }
files["bindings/lua/"] = { std = "min" }
files["bindings/lua/gamelift/meta.lua"] = { ignore = { ".*" } }
files["bindings/lua/gamelift/meta/"] = { ignore = { ".*" } }
files["game/arena/"] = { read_globals = { "host" } }
files["game/arena/host_meta.lua"] = { ignore = { ".*" } }
files["tests/bench/"] = { globals = { "host" } }
files["tests/spec/"] = { std = "max+busted" }
