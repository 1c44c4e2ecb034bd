#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sees that the rooms of the SDK and of gamelift-local know only those below: layers.py [--root TREE] [BUILD-FOLDER]

Prints each arrow that points the wrong way, as file:line: from -> to, and fails. Includes are read from the sources.
With a build folder, calls are read from its object files too, so that a prototype written by hand hides nothing.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

# A room knows itself and those after it.
ROOMS = ("game", "io", "core", "wire", "base", "platform")

# Whoever stands outside sees the public headers alone. gamelift.testing, which is built from internals on purpose,
# lies in tests/spec.
OUTSIDE = ("plugin", "bindings", "game", "sdk/examples")

# The rooms of gamelift-local: again, a room knows itself and those after it.
LOCAL_ROOMS = ("program", "listen", "replay", "api", "servers", "flexmatch", "bench", "rules", "journal", "model",
               "faults", "system")
# This room judges matches and knows nothing of a service.
LOCAL_ALONE = ("rules",)
# Sockets, clocks and processes are for these; the others are the pure core.
LOCAL_OUTER = ("program", "listen", "system")
# What differs between systems is for this room, each system in a folder of its own.
LOCAL_SYSTEM = ("system/linux/", "system/windows/")
# What the pure ones may include beside the headers of C. None of it asks the world anything.
LOCAL_PURE_HEADERS = {"cbor.h", "cjson/cJSON.h", "regex.h", "search.h", "sys/queue.h"}
# What the outer rooms may include beside: it is on every system. All else is for the folders of LOCAL_SYSTEM.
LOCAL_OUTER_HEADERS = {"getopt.h", "libwebsockets.h", "openssl/ssl.h", "sqlite3.h", "sys/stat.h", "unistd.h"}
# What gamelift-local and the arena share lies in sdk/shared, and asks the world nothing.
SHARED_HEADERS = {"strings.h"}
# gamelift-local shares these rooms with the SDK; the last one with its outer rooms only.
SHARED_ROOMS = ("wire", "base")
SHARED_OUTER_ROOMS = SHARED_ROOMS + ("platform",)

# The system's headers, and the functions that no header gives away, are for these folders only.
PLATFORM = ("platform/posix/", "platform/windows/")
INSIDE = "platform/*/"

# The part of C's library that a file may call beside what its room may.
CALLS = {
    "base/gate.c": {"atexit"},  # gates close before the libraries behind them are taken apart
}

# Headers of a library, its symbols, and the one file in sdk/src that includes and calls them.
LIBRARIES = (
    (r"cjson/.*", r"cJSON_\w+", "wire/json.c"),
    (r"openssl/(ssl|x509|x509v3|err|bio|pem)\.h", r"(SSL|X509|ERR|BIO|PEM|TLS|OPENSSL_init)_\w+|d2i_X509", "io/tls.c"),
    (r"openssl/(evp|hmac|sha|crypto)\.h", r"(EVP_|HMAC|SHA\d|OPENSSL_cleanse|CRYPTO_)\w*", "wire/digest.c"),
)

C_HEADERS = {f"{name}.h" for name in (
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp stdalign stdarg stdatomic stdbool "
    "stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype").split()}

# What the pure rooms may call: the part of C's library that neither asks nor tells the world anything.
C_PURE = set((
    "abs bsearch calloc free labs llabs malloc memchr memcmp memcpy memmove memset qsort realloc snprintf sscanf "
    "strcat strchr strcmp strcpy strcspn strlen strncat strncmp strncpy strpbrk strrchr strspn strstr strtod strtol "
    "strtoll strtoul strtoull strftime vsnprintf isalnum isalpha isdigit isspace isxdigit tolower toupper ceil fabs "
    "floor fmod isfinite lround llround log nearbyint pow rint round sqrt trunc").split())
# The rooms above them may read the environment and write to stderr.
C_WORLD = {"fflush", "fprintf", "fputc", "fputs", "fwrite", "getenv", "stderr", "vfprintf"}
# What a compiler puts in by itself.
COMPILER = re.compile(r"_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__tls_get_addr|__errno_location|__ctype_\w+_loc|"
                      r"__(gcov|asan|ubsan|tsan|sanitizer)_\w+|__isoc\d+_(sscanf|strto\w+)")
FORTIFIED = re.compile(r"__(\w+)_chk")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in (".c", ".h"))


def room_of(name):
    room = name.split("/")[0]
    return room if "/" in name and room in ROOMS else None


def knows(room, other):
    return ROOMS.index(room) <= ROOMS.index(other)


def local_room_of(name):
    room = name.split("/")[0]
    return room if "/" in name and room in LOCAL_ROOMS else None


def local_knows(room, other):
    if room in LOCAL_ALONE:
        return room == other
    if other == "system" and room not in LOCAL_OUTER:
        return False
    return LOCAL_ROOMS.index(room) <= LOCAL_ROOMS.index(other)


def local_shares(room):
    return SHARED_OUTER_ROOMS if room in LOCAL_OUTER else SHARED_ROOMS


class Includes:
    """The arrows that #include draws, in a whole tree."""

    def __init__(self, root):
        self.root = root
        self.src = root / "sdk/src"
        self.faults = []
        self.local = root / "sdk/local"
        self.shared = root / "sdk/shared"
        self.used = set()  # of LIBRARIES

    def fault(self, path, number, text):
        self.faults.append(f"{path.relative_to(self.root)}:{number}: {text}")

    def check(self):
        for path in sources(self.src):
            for number, quoted, name in includes(path):
                self.check_sdk(path, number, quoted, name)
        for path in sources(self.local):
            for number, quoted, name in includes(path):
                self.check_local(path, number, quoted, name)
        for path in sources(self.shared):
            for number, quoted, name in includes(path):
                self.check_shared(path, number, quoted, name)
        for folder in OUTSIDE:
            for path in sources(self.root / folder):
                for number, quoted, name in includes(path):
                    self.check_outside(path, number, quoted, name)
        self.check_tables()
        return self.faults

    def check_sdk(self, path, number, quoted, name):
        inside = path.relative_to(self.src).as_posix()
        room = room_of(inside)
        if room is None:
            self.fault(path, number, f"{inside} lies in no room")
        elif quoted:
            other = room_of(name)
            if other is None or ".." in name:
                self.fault(path, number, f'"{name}" does not name its room')
            elif not knows(room, other):
                self.fault(path, number, f"{room} -> {other} ({name})")
            elif name.startswith(PLATFORM) and room != "platform":
                self.fault(path, number, f"{room} -> the inside of platform ({name})")
            elif name.startswith(PLATFORM) and inside.startswith(PLATFORM) and inside.split("/")[1] != name.split("/")[1]:
                self.fault(path, number, f"{inside} -> another system's folder ({name})")
        elif not name.startswith("gamelift/"):
            self.check_angle(path, number, inside, name)

    def check_angle(self, path, number, inside, name):
        if room_of(name) is not None:
            self.fault(path, number, f"<{name}> is written as if it were another library's")
            return
        for library in LIBRARIES:
            pattern, _, owner = library
            if re.fullmatch(pattern, name):
                self.used.add(library)
                if inside != owner:
                    self.fault(path, number, f"{inside} -> <{name}>, which is for {owner} only")
                return
        if name not in C_HEADERS and not inside.startswith(PLATFORM):
            self.fault(path, number, f"{inside} -> <{name}>, which is for {INSIDE} only or missing in LIBRARIES")

    def check_local(self, path, number, quoted, name):
        inside = path.relative_to(self.local).as_posix()
        room = local_room_of(inside)
        if room is None:
            self.fault(path, number, f"{inside} lies in no room of sdk/local")
        elif quoted and room not in LOCAL_ALONE and (self.shared / name).is_file() and ".." not in name:
            pass
        elif not quoted:
            self.check_local_angle(path, number, room, name)
        elif ".." in name or (local_room_of(name) is None and room_of(name) is None):
            self.fault(path, number, f'"{name}" does not name its room')
        elif room_of(name) is not None:
            if room_of(name) not in local_shares(room) or name.startswith(PLATFORM):
                self.fault(path, number, f"sdk/local -> {room_of(name)} ({name})")
        elif not local_knows(room, local_room_of(name)):
            self.fault(path, number, f"{room} -> {local_room_of(name)} ({name})")
        elif name.startswith(LOCAL_SYSTEM) and not inside.startswith(name.rsplit("/", 1)[0] + "/"):
            self.fault(path, number, f"{inside} -> a system's folder ({name})")

    def check_local_angle(self, path, number, room, name):
        inside = path.relative_to(self.local).as_posix()
        if room_of(name) is not None or local_room_of(name) is not None:
            self.fault(path, number, f"<{name}> is written as if it were another library's")
        elif inside.startswith(LOCAL_SYSTEM) or name.startswith("gamelift/") or name in C_HEADERS | LOCAL_PURE_HEADERS:
            return
        elif room not in LOCAL_OUTER:
            self.fault(path, number, f"{room} -> <{name}>, which is for {', '.join(LOCAL_OUTER)} only")
        elif name not in LOCAL_OUTER_HEADERS:
            self.fault(path, number, f"{room} -> <{name}>, which is for {', '.join(LOCAL_SYSTEM)} only")

    def check_shared(self, path, number, quoted, name):
        if not self.is_own(path, quoted, name) and (quoted or name not in C_HEADERS | SHARED_HEADERS):
            self.fault(path, number, f"sdk/shared -> {name}")

    def is_own(self, path, quoted, name):
        return quoted and ".." not in name and (path.parent / name).is_file()

    def check_outside(self, path, number, quoted, name):
        if self.is_own(path, quoted, name):
            return
        folder = path.relative_to(self.root).parts[0]
        if ".." in name or "sdk/src" in name or (self.src / name).exists():
            self.fault(path, number, f"{folder} -> sdk/src ({name})")

    def check_tables(self):
        """A row that nothing needs any more would hide the next arrow."""
        for library in LIBRARIES:
            if library not in self.used:
                self.faults.append(f"tests/layers.py: nothing includes {library[0]}, which LIBRARIES gives to {library[2]}")


class Calls:
    """The arrows that the linker follows, in a build folder."""

    def __init__(self, root, build):
        self.root = root
        self.build = build
        self.faults = []
        self.home = {}  # of each symbol that the SDK defines
        self.local_home = {}  # of each one that gamelift-local defines

    def check(self):
        objects = self.objects()
        found = symbols(objects.values())
        sdk = {source[len("sdk/src/"):]: found[path] for source, path in objects.items()
               if source.startswith("sdk/src/")}
        if not sdk:
            return [f"{self.build}: no object files of sdk/src: build it first"]
        for name, (defined, _) in sdk.items():
            self.home.update(dict.fromkeys(defined, room_of(name)))
        for name, (_, wanted) in sorted(sdk.items()):
            for symbol in sorted(wanted):
                self.check_sdk(name, symbol)
        local = {source: found[path] for source, path in objects.items() if source.startswith("sdk/local/")}
        for source, (defined, _) in local.items():
            self.local_home.update(dict.fromkeys(defined, local_room_of(source[len("sdk/local/"):])))
        for source, (_, wanted) in sorted(local.items()):
            self.check_other(source, "sdk/local", wanted, local_shares(local_room_of(source[len("sdk/local/"):])))
            self.check_local(source, wanted)
        for source, path in sorted(objects.items()):
            for folder in OUTSIDE:
                if source.startswith(folder + "/"):
                    self.check_other(source, folder, found[path][1], ())
        return self.faults

    def objects(self):
        """By source file; what a build folder still holds of files that are gone is left out."""
        database = self.build / "compile_commands.json"
        found = {}
        for entry in json.loads(database.read_text(encoding="utf-8")) if database.exists() else []:
            source = pathlib.Path(entry["file"])
            output = pathlib.Path(entry["directory"], re.search(r" -o (\S+)", entry["command"]).group(1))
            if source.is_relative_to(self.root) and output.exists():
                found.setdefault(source.relative_to(self.root).as_posix(), output)
        return found

    def check_sdk(self, name, symbol):
        room = room_of(name)
        if symbol in self.home:
            if not knows(room, self.home[symbol]):
                self.faults.append(f"{name}: {room} -> {self.home[symbol]} (calls {symbol})")
        elif symbol.startswith("glift_"):
            self.faults.append(f"{name}: {symbol} is defined in no room")
        elif not name.startswith(PLATFORM) and not may_call(name, room, symbol):
            self.faults.append(f"{name}: calls {symbol}, which is for {INSIDE} or one file only")

    def check_local(self, source, wanted):
        room = local_room_of(source[len("sdk/local/"):])
        for symbol in sorted(wanted):
            other = self.local_home.get(symbol)
            if room is not None and other is not None and not local_knows(room, other):
                self.faults.append(f"{source}: {room} -> {other} (calls {symbol})")

    def check_other(self, source, folder, wanted, rooms):
        for symbol in sorted(wanted):
            if symbol.startswith("glift__") and self.home.get(symbol, "game") not in rooms:
                self.faults.append(f"{source}: {folder} -> {self.home.get(symbol, 'sdk/src')} (calls {symbol})")


def may_call(name, room, symbol):
    for _, pattern, owner in LIBRARIES:
        if re.fullmatch(pattern, symbol):
            return name == owner
    fortified = FORTIFIED.fullmatch(symbol)
    plain = fortified.group(1) if fortified else symbol
    return (plain in C_PURE or plain in CALLS.get(name, ()) or (room in ("game", "io") and plain in C_WORLD) or
            COMPILER.fullmatch(symbol) is not None)


def symbols(objects):
    """What each object file defines for others, and what it wants of them."""
    found = {path: (set(), set()) for path in objects}
    if found:
        output = subprocess.run(["nm", "--extern-only", "--print-file-name", *found], check=True, capture_output=True,
                                text=True).stdout
        for line in output.splitlines():
            path, _, rest = line.rpartition(":")
            *_, kind, symbol = rest.split()
            found[pathlib.Path(path)][kind in "Uwv"].add(symbol)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("build", type=pathlib.Path, nargs="?")
    arguments = parser.parse_args()
    faults = Includes(arguments.root.resolve()).check()
    if arguments.build is not None:
        faults += Calls(arguments.root.resolve(), arguments.build).check()
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
