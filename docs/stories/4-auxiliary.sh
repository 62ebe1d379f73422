#!/usr/bin/env bash
# An auxiliary may persuade, and nothing that is an act of law.
source "$(dirname "$0")/story.sh"

push "market-lane-$RANDOM$RANDOM" 09006
act "$case" open --as yang
refused A1 "$case" consider --as wu --set party=somebody --set party_kind=citizen --set evidence="$frame"
act "$case" consider --as li --set party=somebody --set party_kind=citizen --set evidence="$frame"
act "$case" persuade --as wu --set content="please move to the square" --set result="will think"
refused A1 "$case" order-correction --as wu --second li --set showed_papers=yes \
  --set content="clear it" --set until="$(date -u -d '+2 hours' +%Y-%m-%dT%H:%M:%SZ)"
refused P07 "$case" order-correction --as li --second wu --set showed_papers=yes \
  --set content="clear it" --set until="$(date -u -d '+2 hours' +%Y-%m-%dT%H:%M:%SZ)"

tell "What was refused is on record, with who tried."
offsite case timeline "$case" | grep A1
offsite counts --by rule | grep A1
