#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every fuzz target of a build of the preset "fuzz": tests/fuzz/run.sh BUILD-FOLDER SECONDS-EACH
#
# The targets that a peer's bytes go through get ten times as long, those of gamelift-local five times. All start from the
# corpus in the tree and most from the golden messages. What is found goes to the build folder: corpus/<target>/ new inputs, crash-<target>-* those that break
# something.
set -uo pipefail
build=$1
seconds=$2
here=$(cd "$(dirname "$0")" && pwd)
failures=0

for program in "$build"/tests/fuzz/fuzz_*; do
  case $program in *.*) continue ;; esac
  target=$(basename "$program")
  target=${target#fuzz_}
  mkdir -p "$build/corpus/$target"
  seeds=("$here/corpus/$target")
  case $target in
    url | ws_decoder | http_response | transport | local_*) ;; # not messages
    *) seeds+=("$here/../../assets/wire") ;;
  esac
  words=wire.dict
  case $target in local_*) words=local.dict ;; esac
  case $target in
    ws_decoder | http_response | transport) time=$((10 * seconds)) ;;
    local_*) time=$((5 * seconds)) ;;
    *) time=$seconds ;;
  esac
  if "$program" -max_total_time="$time" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -dict="$here/$words" -artifact_prefix="$build/crash-$target-" "$build/corpus/$target" "${seeds[@]}"; then
    echo "$target: $time s, nothing found"
  else
    echo "$target: FAILED, see $build/crash-$target-*"
    failures=$((failures + 1))
  fi
done
exit $((failures > 0))
