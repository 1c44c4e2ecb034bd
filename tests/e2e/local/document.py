# SPDX-License-Identifier: Apache-2.0
"""A Markdown file, and a reader who types what it says: its shell blocks one after another, in one shell, with its
programs in the folder where the reader works. The block of text after a shell block is what appears."""
import contextlib
import os
import pathlib
import pty
import re
import signal
import subprocess
import threading

from local import until

BLOCK_S = 300  # a block builds a program, or calls the AWS CLI a few times, on a machine with much else to do

# A block that is a file names it in its first line: "-- game.lua", "/* server.c: ... */", "# CMakeLists.txt".
FILE_NAME = re.compile(r"\A(?:--|/\*|//|#) ([\w./]+\.(?:lua|c|h|py|txt))\b")


class Document:
    """blocks: (language, text) of each, in their order. Of a part alone, if its heading is given."""

    def __init__(self, path, part=None):
        text = pathlib.Path(path).read_text(encoding="utf-8")
        if part:
            text = text.split(f"\n## {part}\n")[1].split("\n## ")[0]
        self.blocks = re.findall(r"^```(\w+)\n(.*?)^```", text, re.M | re.S)

    def of(self, language):
        return [text for found, text in self.blocks if found == language]

    def files(self):
        """(name, text) of each block that is a file."""
        for language, text in self.blocks:
            if language not in ("sh", "text") and (name := FILE_NAME.match(text)):
                yield name.group(1), text

    def shell_blocks(self):
        """Each shell block with the text that appears."""
        for (language, text), (next_language, output) in zip(self.blocks, self.blocks[1:] + [("", "")]):
            if language == "sh":
                yield text, output if next_language == "text" else ""


def make_program(path, command):
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    path.chmod(0o755)


class Reader:
    """A shell in this folder. What it prints to its terminal is in `output`."""

    def __init__(self, folder, environment=None):
        self.folder, self.output, self.blocks = folder, "", 0
        # What is printed to a terminal comes line by line.
        terminal, output = pty.openpty()
        clean = {name: value for name, value in os.environ.items()
                 if not name.startswith(("GAMELIFT_", "ARENA_", "AWS_"))}
        self.shell = subprocess.Popen(
            ["bash", "-e"], cwd=folder, stdin=subprocess.PIPE, stdout=output, stderr=output, text=True,
            env={**clean, "AWS_EC2_METADATA_DISABLED": "true", **(environment or {})}, start_new_session=True)
        os.close(output)
        self.listener = threading.Thread(target=self.listen, args=[terminal])
        self.listener.start()

    def listen(self, terminal):
        with open(terminal, "rb", buffering=0) as output, contextlib.suppress(OSError):  # when nobody has it any more
            while text := output.read(4096):
                self.output += text.decode(errors="replace")

    def type(self, block, expected=""):
        """Types a block, and waits for its end and for what is expected to appear."""
        since, self.blocks = len(self.output), self.blocks + 1
        end = f"-- end of block {self.blocks}"
        self.shell.stdin.write(f"{block}\necho '{end}'\n")
        self.shell.stdin.flush()
        self.wait(lambda: end in self.output[since:] or self.shell.poll() is not None, f"the end of {block}")
        self.wait(lambda: has_lines(self.output[since:], expected) or self.shell.poll() is not None, repr(expected))
        if not has_lines(self.output[since:], expected) or end not in self.output[since:]:
            raise AssertionError(f"the shell ended in this block:\n{block}\n{self.output}")

    def wait(self, condition, what):
        try:
            until(condition, BLOCK_S, what)
        except AssertionError as error:
            raise AssertionError(f"{error}; so far:\n{self.output}") from None

    def leave(self):
        """The exit code of the shell, which is told to leave."""
        self.shell.stdin.write("exit\n")
        self.shell.stdin.flush()
        return self.shell.wait(BLOCK_S)

    def close(self):
        """Whatever the shell has started ends with it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.shell.pid, signal.SIGKILL)
        self.shell.wait(BLOCK_S)
        self.shell.stdin.close()
        self.listener.join(BLOCK_S)


def has_lines(text, expected):
    """All expected lines, in their order. What others print meanwhile may be between them, and on the same line."""
    text, found = " ".join(text.split()), 0
    for line in expected.splitlines():
        at = text.find(" ".join(line.split()), found)
        if at < 0:
            return False
        found = at + 1
    return True
