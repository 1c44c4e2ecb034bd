#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# GameLift runs this once on each instance, in /local/game, before the first server starts. What it prints is in the
# fleet's creation log. The folder carries all that the arena needs: here is only checked that it has arrived whole.
set -eu
cd "$(dirname "$0")"
mkdir -p logs
bin/arena --version
