#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints the rules of the wire protocol (its section 9) that no test names, and fails; nothing when all are named.
#
# P168 to P180 are about metrics, which the SDK does not have.
set -euo pipefail
cd "$(dirname "$0")"

named=$(grep -rhoE --include='*.c' --include='*.h' --include='*.lua' --include='*.py' \
  '\bP[0-9]+(_(to_)?P[0-9]+)*|\bP[0-9]+ to P[0-9]+' unit spec e2e |
  sed -E 's/^P([0-9]+)(_to_| to )P([0-9]+)$/seq \1 \3/e; s/_/\n/g; s/P//g' | sort -nu)

missing=0
for rule in $(seq 1 167) $(seq 181 184); do
  grep -qx "$rule" <<<"$named" && continue
  echo "P$rule"
  missing=1
done
exit $missing
