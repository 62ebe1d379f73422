#!/usr/bin/env bash
# A major opinion incident is reported in its tenth hour; another is late, and that is on record.
source "$(dirname "$0")/story.sh"

tell "Known since nine hours and fifty minutes, graded and reported now."
first=$(offsite opinion add --as song --title "A crew shouted at a vendor" --link https://example.invalid/1 \
  --first-known-at "$(date -u -d '-590 minutes' +%Y-%m-%dT%H:%M:%SZ)" --json | said subject)
offsite opinion grade "$first" major --as song --reason "widely shared"
told=$(offsite opinion report "$first" --as song --receipt "P-1" --content "what happened and what we do")
echo "$told"
[[ $told == *"in time"* ]]

tell "Known since ten hours and five minutes: the report is late, and the breach is an event."
second=$(offsite opinion add --as song --title "A picture of a seized cart" --link https://example.invalid/2 \
  --first-known-at "$(date -u -d '-605 minutes' +%Y-%m-%dT%H:%M:%SZ)" --json | said subject)
offsite opinion grade "$second" major --as song --reason "widely shared"
sleep 2
told=$(offsite opinion report "$second" --as song --receipt "P-2" --content "what happened and what we do")
echo "$told"
[[ $told == *LATE* ]]
offsite case timeline "$second" | grep "breach of"
