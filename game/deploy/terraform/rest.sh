#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What Terraform's aws provider does not know of GameLift, by the AWS CLI:
#
#   rest.sh fleet LOCATION          makes the custom location and the Anywhere fleet "arena"; prints the fleet's id
#   rest.sh matchmaking QUEUE-ARN   makes the rule set and the matchmaking configuration "arena"
#
# What is there already is left as it is, so both may be run again. ENDPOINT in the environment is that of gamelift-local;
# without it: AWS.
set -eu

fail() {
  echo "rest.sh: $1" >&2
  exit "${2:-1}"
}

gamelift() {
  aws gamelift ${ENDPOINT:+--endpoint-url "$ENDPOINT"} --output text "$@"
}

# The first fleet of this name, of all pages; nothing where there is none.
find_fleet() {
  gamelift list-fleets --query 'FleetIds[]' | tr '\t' '\n' | while read -r id; do
    case $id in '' | None) continue ;; esac
    name=$(gamelift describe-fleet-attributes --fleet-ids "$id" --query 'FleetAttributes[0].Name')
    if [ "$name" = arena ]; then
      echo "$id"
      break
    fi
  done
}

make_fleet() {
  if ! gamelift list-locations --filters CUSTOM --query 'Locations[].LocationName' | tr '\t' '\n' | grep -qxF "$1"; then
    gamelift create-location --location-name "$1" >/dev/null
  fi
  fleet=$(find_fleet)
  if [ -z "$fleet" ]; then
    fleet=$(gamelift create-fleet --name arena --compute-type ANYWHERE --locations "Location=$1" \
      --anywhere-configuration Cost=1 --query FleetAttributes.FleetId)
  fi
  echo "$fleet"
}

make_matchmaking() {
  here=$(dirname "$0")
  if ! gamelift describe-matchmaking-rule-sets --query 'RuleSets[].RuleSetName' | tr '\t' '\n' | grep -qxF arena; then
    gamelift create-matchmaking-rule-set --name arena --rule-set-body "file://$here/rules.json" >/dev/null
  fi
  if ! gamelift describe-matchmaking-configurations --query 'Configurations[].Name' | tr '\t' '\n' | grep -qxF arena; then
    gamelift create-matchmaking-configuration --name arena --rule-set-name arena --request-timeout-seconds 60 \
      --no-acceptance-required --backfill-mode MANUAL --flex-match-mode WITH_QUEUE --game-session-queue-arns "$1" >/dev/null
  fi
}

if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
  sed -n '3,/^set /s/^# \{0,1\}//p' "$0"
  exit 0
fi
if [ $# -ne 2 ] || [ -z "$2" ]; then
  fail "usage: rest.sh fleet LOCATION, or rest.sh matchmaking QUEUE-ARN" 2
fi
case $1 in
  fleet) make_fleet "$2" ;;
  matchmaking) make_matchmaking "$2" ;;
  *) fail "\"$1\" is neither fleet nor matchmaking" 2 ;;
esac
