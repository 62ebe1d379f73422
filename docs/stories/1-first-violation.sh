#!/usr/bin/env bash
# A stall is persuaded, puts itself right and is let go; the second time goes the other way.
source "$(dirname "$0")/story.sh"
place="market-lane-$RANDOM$RANDOM"
party="licence-$RANDOM$RANDOM"

tell "A stall stands on the pavement. A person opens the case, a crew goes there."
push "$place" 09006
act "$case" open --as yang
act "$case" dispatch --as lin --set unit=crew-1
act "$case" accept --as hu --set position="$place"

tell "An officer talks; an auxiliary may talk too. The vendor is asked to clear the pavement."
act "$case" consider --as li --set party="$party" --set party_kind=citizen --set age=41 --set evidence="$frame"
act "$case" persuade --as wu --set content="stalls stand in the square" --set result="understood"
act "$case" order-correction --as li --second wang --set showed_papers=yes \
  --set content="clear the pavement" --set until="$(date -u -d '+2 hours' +%Y-%m-%dT%H:%M:%SZ)"

tell "The vendor clears it and says so; a second look sees it."
act "$case" corrected --as li --set proof="the vendor sends a picture"
act "$case" recheck --as li --set is_corrected=yes --set evidence="$frame"
act "$case" excuse --as zhao --set ground=first --set proposed_by=li --set harm_fen=0 \
  --set cooperated=yes --set education="the rules of the square were explained"
act "$case" feedback --as hu --set before="$frame" --set after="$record"
act "$case" verify --as gao --set condition_met=yes --set evidence="$frame"
act "$case" close --as guo
offsite penalty show "$case"

tell "The second time in the look-back period the list does not help, and a filing is open."
push "$place" 09006
act "$case" open --as yang
act "$case" consider --as li --set party="$party" --set party_kind=citizen --set age=41 --set evidence="$frame"
act "$case" persuade --as li --set content="again" --set result="stays"
act "$case" order-correction --as li --second wang --set showed_papers=yes \
  --set content="clear the pavement" --set until="$(date -u -d '+2 hours' +%Y-%m-%dT%H:%M:%SZ)"
act "$case" recheck --as li --set is_corrected=yes --set evidence="$frame"
refused P33 "$case" excuse --as zhao --set ground=first --set proposed_by=li --set harm_fen=0 \
  --set cooperated=yes --set education="again"
act "$case" file --as zhao --set reason="the second time this year" --set number="2026-$RANDOM" --set harm_fen=0
offsite case why "$case"
