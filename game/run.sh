#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Install what is missing, build, and play: ./game/run.sh [--smoke] [--public] [--help]
#
# Starts gamelift-local, which launches two arena servers, and the lobby; prints the lobby's address.
# Ctrl-C drains and stops everything.
set -euo pipefail
cd "$(dirname "$0")/.."

case " $* " in
  *" -h "* | *" --help "*) # nothing is installed for that
    if [ ! -x /usr/bin/python3 ]; then
      sed -n '/^set /q; s/^# //p' game/run.sh | tail -n +2
      exit 0
    fi
    ;;
  *" --public"*) ./game/install.sh build public ;;
  *) ./game/install.sh build ;;
esac
exec /usr/bin/python3 game/run.py "$@"
