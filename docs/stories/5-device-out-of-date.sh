#!/usr/bin/env bash
# A camera whose papers ran out proves nothing, but the street still gets fixed.
source "$(dirname "$0")/story.sh"
place="old-lane-$RANDOM$RANDOM"

tell "Its word goes to a person, with the reason."
push "$place" 09006 ", \"camera\": \"cam-old-2\", \"evidence\": [{\"sha256\": \"$frame\",
  \"media_type\": \"image/jpeg\", \"bytes\": 7, \"kind\": \"original-frame\"}]"
[[ $rule == R09* ]]
act "$case" classify --as yang --set matter="GB/T 47678.5-2026|matter|09006" --set reason="a stall, seen by phone too"
act "$case" open --as yang
act "$case" dispatch --as lin --set unit=crew-1
act "$case" accept --as hu --set position="$place"

tell "As evidence it is refused; officers collect on the spot instead."
act "$case" consider --as li --set party="licence-$RANDOM$RANDOM" --set party_kind=citizen --set evidence="$frame"
act "$case" persuade --as li --set content="please move" --set result="stays"
act "$case" order-correction --as li --second wang --set showed_papers=yes \
  --set content="clear the pavement" --set until="$(soon)"
wait_for_it
act "$case" recheck --as li --set is_corrected=no --set evidence="$record"
act "$case" file --as zhao --set reason="not corrected" --set number="2026-$RANDOM" --set harm_fen=0
act "$case" assign-officers --as zhao --set first=li --set second=wang
proposal=(--set kind=fine --set fine_fen=4000 --set harm=minor --set circumstances=confessed
  --set facts="a stall on the pavement" --set basis="城市市容和环境卫生管理条例 14, 36" --set facts_clear=yes)
refused P04 "$case" propose --as li "${proposal[@]}" --set relies_on="$frame"
act "$case" exclude --as li --set evidence="$frame" --set reason="the device's papers ran out"

tell "And the street is fixed."
act "$case" feedback --as hu --set before="$frame" --set after="$record"
act "$case" verify --as gao --set condition_met=yes --set evidence="$record"
act "$case" close --as guo --set penalty_noted="goes on"
