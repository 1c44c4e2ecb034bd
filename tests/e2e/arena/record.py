#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the animated picture of README.md anew: some seconds of a real match with bots, in a headless Chromium.

    tests/e2e/arena/record.py build/release assets/arena.webp

Needs img2webp (Debian package webp), and a machine that has nothing else to do: frames are taken as they come.
"""
import argparse
import base64
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import types

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests/e2e/local"), str(ROOT / "game")]

import chromium  # noqa: E402
from runner.arena import Arena  # noqa: E402

WIDTH, HEIGHT, SCALE = 1200, 750, 0.6
BOTS = 6
MOST_BYTES = 1_500_000
PATIENCE_S = 60

# Whoever plays here: a gamepad that keeps its distance to the nearest ship, and shoots at it.
PILOT = """
    import("/world.js").then(({ World }) => {
      const shownShips = World.prototype.shownShips;
      World.prototype.shownShips = function (...given) { return (window.seen = shownShips.apply(this, given)); };
    });
    window.seen = [];
    navigator.getGamepads = () => {
      const me = window.seen.find((ship) => ship.mine), far = (ship) => Math.hypot(ship.x - me.x, ship.y - me.y);
      const other = me && window.seen.filter((ship) => !ship.mine).sort((a, b) => far(a) - far(b))[0];
      if (!other) return [];
      const x = (other.x - me.x) / far(other), y = (other.y - me.y) / far(other), near = far(other) < 320 ? 1 : 0;
      const axes = [near ? -y : x, near ? x : y, x, y];
      const dashes = Math.random() < 0.01;
      const buttons = Array.from({ length: 17 }, (_, index) => ({ value: index === 4 && dashes ? 1 : 0 }));
      return [{ connected: true, mapping: "standard", axes, buttons }];
    };"""


def until(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {PATIENCE_S} s: {what}")
        time.sleep(0.1)


def take_frames(driver, folder, seconds, per_second):
    """(file, milliseconds that it is shown for) of each."""
    frames, began = [], time.monotonic()
    # JPEG: a PNG takes so long that half of the frames are lost.
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT, "scale": SCALE}
    while time.monotonic() - began < seconds:
        at = time.monotonic()
        picture = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "jpeg", "quality": 95, "clip": clip})
        path = folder / f"{len(frames):04}.jpg"
        path.write_bytes(base64.b64decode(picture["data"]))
        time.sleep(max(0, at + 1 / per_second - time.monotonic()))
        frames.append((path, round(1000 * (time.monotonic() - at))))
    return frames


def encode(frames, quality, out):
    command = ["img2webp", "-loop", "0", "-lossy", "-q", str(quality), "-m", "4"]
    for path, shown_ms in frames:
        command += ["-d", str(shown_ms), str(path)]
    subprocess.run([*command, "-o", str(out)], check=True, stdout=subprocess.DEVNULL)


def record(arena, options):
    arena.start_service()
    arena.start_lobby()
    arena.start_bots("bots", BOTS, "bot_skill=easy")
    driver = chromium.browser(WIDTH, HEIGHT)
    try:
        driver.set_window_size(WIDTH, HEIGHT + 139)  # with what the window itself takes
        driver.get(arena.lobby_url + "/?name=mia&autoplay=1")
        driver.execute_script(PILOT)
        until(lambda: driver.execute_script("return window.arena.phase === 'playing' && window.seen.length > 3"),
              "a match of four is played")
        time.sleep(options.after)
        with tempfile.TemporaryDirectory() as folder:
            frames = take_frames(driver, pathlib.Path(folder), options.seconds, options.per_second)
            encode(frames, options.quality, options.out)
    finally:
        driver.quit()
    print(f"{options.out}: {len(frames)} frames, {options.out.stat().st_size} bytes")
    if options.out.stat().st_size > MOST_BYTES:
        raise SystemExit(f"that is more than {MOST_BYTES}: fewer --seconds, or a lower --quality")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--after", type=float, default=5, help="seconds of the match that are not recorded")
    parser.add_argument("--per-second", type=float, default=10, help="frames, as many as the machine manages")
    parser.add_argument("--quality", type=int, default=70)
    options = parser.parse_args()
    missing = chromium.missing() or (shutil.which("img2webp") is None and "img2webp is missing (Debian package webp)")
    if missing:
        raise SystemExit(missing)
    os.environ.setdefault("GLIFT_BUILD", str(options.build))
    arena = Arena(types.SimpleNamespace(
        build_dir=options.build, service_port=0, lobby_port=0, bots=BOTS, logs="run-record"))
    try:
        record(arena, options)
    finally:
        arena.stop()


if __name__ == "__main__":
    main()
