#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""layers.py names each kind of arrow that points the wrong way, in a tree made for it."""
import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import layers  # pylint: disable=wrong-import-position

# A tree in which every arrow points the right way.
GOOD = {
    "sdk/include/gamelift/gamelift.h": "",
    "sdk/src/game/calls.c": '#include "game/server.h"\n#include "io/io.h"\n#include "platform/platform.h"\n',
    "sdk/src/game/server.h": "#include <gamelift/gamelift.h>\n#include <stdbool.h>\n",
    "sdk/src/io/io.h": '#include "core/core.h"\n',
    "sdk/src/io/tls.c": "#include <openssl/ssl.h>\n",
    "sdk/src/core/core.h": '#include "wire/codec.h"\n',
    "sdk/src/wire/codec.h": '#include "base/text.h"\n',
    "sdk/src/wire/digest.c": "#include <openssl/evp.h>\n",
    "sdk/src/wire/json.c": "#include <cjson/cJSON.h>\n",
    "sdk/src/base/text.h": "#include <string.h>\n",
    "sdk/src/platform/platform.h": "",
    "sdk/src/platform/posix/clock.c": '#include "platform/platform.h"\n#include "platform/posix/poller.h"\n#include <unistd.h>\n',
    "sdk/src/platform/windows/file.c": '#include "platform/platform.h"\n#include <windows.h>\n',
    "sdk/local/model/model.h": '#include "base/text.h"\n#include <sys/queue.h>\n',
    "sdk/local/rules/rules.h": "#include <cjson/cJSON.h>\n",
    "sdk/local/flexmatch/matches.c": '#include "rules/rules.h"\n#include "model/model.h"\n',
    "sdk/shared/access.h": "#include <strings.h>\n",
    "sdk/local/listen/listen.c": '#include "access.h"\n#include "model/model.h"\n#include "wire/codec.h"\n#include <libwebsockets.h>\n',
    "sdk/local/system/files.h": '#include "platform/platform.h"\n',
    "sdk/local/system/linux/files.c": '#include "system/files.h"\n#include <sys/epoll.h>\n',
    "sdk/local/system/windows/files.c": '#include "system/windows/wide.h"\n#include <windows.h>\n',
    "sdk/local/program/main.c": '#include "system/files.h"\n#include <getopt.h>\n',
    "plugin/src/plugin.h": "",
    "plugin/src/plugin.c": '#include "plugin.h"\n#include <gamelift/gamelift.h>\n',
    "bindings/lua/src/lserver.c": "",
    "game/host/main.c": "",
    "sdk/examples/minimal.c": "",
}


@contextlib.contextmanager
def tree(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        yield pathlib.Path(folder)


class Includes(unittest.TestCase):
    def check_fault(self, file, line, fault):
        """One more line in a file gives this fault, and no other."""
        with tree({**GOOD, file: GOOD.get(file, "") + line + "\n"}) as root:
            found = layers.Includes(root).check()
        number = GOOD.get(file, "").count("\n") + 1
        self.assertEqual(found, [f"{file}:{number}: {fault}"])

    def test_a_good_tree_has_no_fault(self):
        with tree(GOOD) as root:
            self.assertEqual(layers.Includes(root).check(), [])

    def test_every_arrow_upward_is_named(self):
        for place, room in enumerate(layers.ROOMS):
            for above in layers.ROOMS[:place]:
                with self.subTest(f"{room} -> {above}"):
                    self.check_fault(f"sdk/src/{room}/new.c", f'#include "{above}/thing.h"',
                                     f"{room} -> {above} ({above}/thing.h)")

    def test_an_include_without_its_room_is_refused(self):
        self.check_fault("sdk/src/wire/new.c", '#include "codec.h"', '"codec.h" does not name its room')
        self.check_fault("sdk/src/core/new.c", '#include "../wire/codec.h"',
                         '"../wire/codec.h" does not name its room')
        self.check_fault("sdk/src/core/new.c", '#include "wire/../base/text.h"',
                         '"wire/../base/text.h" does not name its room')
        self.check_fault("sdk/src/core/new.c", "# include <wire/codec.h>",
                         "<wire/codec.h> is written as if it were another library's")

    def test_a_file_that_lies_in_no_room_is_named(self):
        self.check_fault("sdk/src/helper.c", "#include <string.h>", "helper.c lies in no room")
        self.check_fault("sdk/src/util/helper.c", "#include <string.h>", "util/helper.c lies in no room")

    def test_a_library_is_included_by_one_file(self):
        self.check_fault("sdk/src/wire/codec.h", "#include <cjson/cJSON.h>",
                         "wire/codec.h -> <cjson/cJSON.h>, which is for wire/json.c only")
        self.check_fault("sdk/src/io/stream.c", "#include <openssl/ssl.h>",
                         "io/stream.c -> <openssl/ssl.h>, which is for io/tls.c only")

    def test_headers_of_the_system_are_for_the_platform(self):
        for header in ("pthread.h", "sys/socket.h", "strings.h", "libwebsockets.h"):
            with self.subTest(header):
                self.check_fault("sdk/src/io/new.c", f"#include <{header}>", f"io/new.c -> <{header}>, "
                                 "which is for platform/*/ only or missing in LIBRARIES")
        self.check_fault("sdk/src/platform/new.c", "#include <poll.h>", "platform/new.c -> <poll.h>, "
                         "which is for platform/*/ only or missing in LIBRARIES")

    def test_the_platform_has_one_door(self):
        self.check_fault("sdk/src/io/new.c", '#include "platform/posix/poller.h"',
                         "io -> the inside of platform (platform/posix/poller.h)")

    def test_no_system_knows_another(self):
        self.check_fault("sdk/src/platform/windows/file.c", '#include "platform/posix/poller.h"',
                         "platform/windows/file.c -> another system's folder (platform/posix/poller.h)")

    def test_gamelift_local_knows_wire_and_base_only(self):
        for room in ("game", "io", "core", "platform"):
            with self.subTest(room):
                self.check_fault("sdk/local/api/new.c", f'#include "{room}/thing.h"',
                                 f"sdk/local -> {room} ({room}/thing.h)")
        self.check_fault("sdk/local/api/new.c", '#include "../../src/core/core.h"',
                         '"../../src/core/core.h" does not name its room')

    def test_every_arrow_upward_in_gamelift_local_is_named(self):
        for place, room in enumerate(layers.LOCAL_ROOMS):
            above = layers.LOCAL_ROOMS if room in layers.LOCAL_ALONE else layers.LOCAL_ROOMS[:place]
            for other in set(above) - {room}:
                with self.subTest(f"{room} -> {other}"):
                    self.check_fault(f"sdk/local/{room}/new.c", f'#include "{other}/thing.h"',
                                     f"{room} -> {other} ({other}/thing.h)")

    def test_an_include_of_gamelift_local_names_its_room(self):
        self.check_fault("sdk/local/model/new.c", '#include "model.h"', '"model.h" does not name its room')
        self.check_fault("sdk/local/model/new.c", "#include <model/model.h>",
                         "<model/model.h> is written as if it were another library's")
        self.check_fault("sdk/local/new.c", "#include <string.h>", "new.c lies in no room of sdk/local")

    def test_what_is_shared_knows_nothing_and_the_rules_do_not_know_it(self):
        for include in ('"base/text.h"', "<unistd.h>", '"model/model.h"'):
            with self.subTest(include):
                self.check_fault("sdk/shared/new.c", f"#include {include}", f"sdk/shared -> {include[1:-1]}")
        self.check_fault("sdk/local/rules/new.c", '#include "access.h"', '"access.h" does not name its room')

    def test_the_pure_rooms_of_gamelift_local_know_no_system(self):
        for header in ("libwebsockets.h", "unistd.h", "sys/socket.h"):
            with self.subTest(header):
                self.check_fault("sdk/local/api/new.c", f"#include <{header}>",
                                 f"api -> <{header}>, which is for program, listen, system only")
        self.check_fault("sdk/local/api/new.c", '#include "system/files.h"', "api -> system (system/files.h)")

    def test_the_outer_rooms_of_gamelift_local_leave_the_system_to_its_folders(self):
        self.check_fault("sdk/local/listen/new.c", "#include <sys/epoll.h>",
                         "listen -> <sys/epoll.h>, which is for system/linux/, system/windows/ only")
        self.check_fault("sdk/local/system/files.c", "#include <windows.h>",
                         "system -> <windows.h>, which is for system/linux/, system/windows/ only")
        for file in ("program/new.c", "system/linux/new.c"):
            self.check_fault(f"sdk/local/{file}", '#include "system/windows/wide.h"',
                             f"{file} -> a system's folder (system/windows/wide.h)")
        self.check_fault("sdk/local/listen/new.c", '#include "platform/posix/poller.h"',
                         "sdk/local -> platform (platform/posix/poller.h)")

    def test_plugin_bindings_and_game_know_the_public_headers_only(self):
        for file in ("plugin/src/new.c", "bindings/lua/src/new.c", "game/host/new.c", "sdk/examples/new.c"):
            folder = file.split("/", maxsplit=1)[0]
            for include in ('"wire/codec.h"', "<base/text.h>", '"../../../../sdk/src/core/core.h"',
                            '"sdk/src/core/core.h"'):
                with self.subTest(file, include=include):
                    self.check_fault(file, f"#include {include}", f"{folder} -> sdk/src ({include[1:-1]})")

    def test_a_row_of_the_tables_that_nothing_needs_is_named(self):
        with tree({**GOOD, "sdk/src/wire/json.c": ""}) as root:
            self.assertEqual(layers.Includes(root).check(),
                             ["tests/layers.py: nothing includes cjson/.*, which LIBRARIES gives to wire/json.c"])


class Calls(unittest.TestCase):
    def faults(self, sdk, others=None, left=None):
        """Of objects made from these texts: the SDK's by room and file, others by their whole path. What is left has an
        object, and no source any more."""
        files = {**{f"sdk/src/{name}.c": text for name, text in sdk.items()}, **(others or {}), **(left or {})}
        with tree(files) as root:
            entries = []
            for name in files:
                output = root / "build" / (name + ".o")
                output.parent.mkdir(parents=True, exist_ok=True)
                subprocess.run(["cc", "-w", "-O1", "-c", root / name, "-o", output], check=True)
                entries.append({"directory": str(root / "build"), "file": str(root / name),
                                "command": f"cc -c {root / name} -o {name}.o"})
            database = [entry for entry in entries if not any(entry["file"].endswith(name) for name in left or {})]
            (root / "build/compile_commands.json").write_text(json.dumps(database), encoding="utf-8")
            return layers.Calls(root, root / "build").check()

    CORE = {"core/core": "void glift__core_step(void) {}"}
    CALLS_CORE = "extern void glift__core_step(void); void glift_call(void) { glift__core_step(); }"

    def test_a_call_downward_is_no_fault(self):
        self.assertEqual(self.faults({**self.CORE, "io/loop": self.CALLS_CORE}), [])

    def test_a_call_upward_by_a_prototype_of_its_own_is_named(self):
        self.assertEqual(self.faults({**self.CORE, "wire/codec": self.CALLS_CORE}),
                         ["wire/codec.c: wire -> core (calls glift__core_step)"])

    def test_what_no_room_defines_is_named(self):
        self.assertEqual(self.faults({"io/loop": self.CALLS_CORE}),
                         ["io/loop.c: glift__core_step is defined in no room"])

    def test_a_call_of_the_system_is_named(self):
        clock = "extern int clock_gettime(int, void *); int glift__now(void *to) { return clock_gettime(1, to); }"
        self.assertEqual(self.faults({"core/core": clock}),
                         ["core/core.c: calls clock_gettime, which is for platform/*/ or one file only"])
        self.assertEqual(self.faults({"platform/posix/clock": clock}), [])

    def test_the_environment_is_not_for_pure_rooms(self):
        reads = '#include <stdlib.h>\nchar *glift__home(void) { return getenv("HOME"); }'
        self.assertEqual(self.faults({"game/settings": reads}), [])
        self.assertEqual(self.faults({"core/core": reads}),
                         ["core/core.c: calls getenv, which is for platform/*/ or one file only"])

    def test_a_library_is_called_by_one_file(self):
        parse = "extern void *cJSON_Parse(char *); void *glift__read(char *text) { return cJSON_Parse(text); }"
        self.assertEqual(self.faults({"wire/json": parse}), [])
        self.assertEqual(self.faults({"wire/codec": parse}),
                         ["wire/codec.c: calls cJSON_Parse, which is for platform/*/ or one file only"])

    def test_what_the_compiler_fortifies_is_judged_by_its_plain_name(self):
        checked = "extern void *__{0}_chk(void); void *glift__call(void) {{ return __{0}_chk(); }}"
        self.assertEqual(self.faults({"wire/codec": checked.format("memcpy")}), [])
        self.assertEqual(self.faults({"wire/codec": checked.format("poll")}),
                         ["wire/codec.c: calls __poll_chk, which is for platform/*/ or one file only"])

    def test_internals_are_called_by_the_sdk_and_gamelift_local_only(self):
        for folder in ("plugin", "bindings", "game", "sdk/examples", "sdk/local"):
            with self.subTest(folder):
                self.assertEqual(self.faults(self.CORE, {f"{folder}/new.c": self.CALLS_CORE}),
                                 [f"{folder}/new.c: {folder} -> core (calls glift__core_step)"])
        text = {"base/text": "void glift__text(void) {}"}
        uses = "extern void glift__text(void); int main(void) { glift__text(); return 0; }"
        self.assertEqual(self.faults(text, {"sdk/local/new.c": uses}), [])
        self.assertEqual(self.faults(text, {"plugin/new.c": uses}),
                         ["plugin/new.c: plugin -> base (calls glift__text)"])

    def test_a_call_upward_in_gamelift_local_is_named(self):
        calls = "extern void local_say(void); void local_call(void) { local_say(); }"
        said = "void local_say(void) {}"
        self.assertEqual(self.faults(self.CORE, {"sdk/local/api/say.c": said, "sdk/local/model/new.c": calls}),
                         ["sdk/local/model/new.c: model -> api (calls local_say)"])
        self.assertEqual(self.faults(self.CORE, {"sdk/local/model/say.c": said, "sdk/local/api/new.c": calls}), [])

    def test_a_build_folder_without_objects_is_a_fault(self):
        with tree({}) as root:
            self.assertEqual(len(layers.Calls(root, root).check()), 1)

    def test_objects_of_files_that_are_gone_are_not_looked_at(self):
        self.assertEqual(self.faults(self.CORE, left={"sdk/src/wire/gone.c": self.CALLS_CORE}), [])

    def test_what_one_file_may_call_its_neighbours_may_not(self):
        ends = "extern int atexit(void (*)(void)); int glift__gate(void) { return atexit(0); }"
        self.assertEqual(self.faults({"base/gate": ends}), [])
        self.assertEqual(self.faults({"base/text": ends}),
                         ["base/text.c: calls atexit, which is for platform/*/ or one file only"])


if __name__ == "__main__":
    unittest.main()
