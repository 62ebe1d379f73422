#!/usr/bin/env bash
# A soft matter turns dangerous: lifted by rule, cleared first, transferred with a receipt.
source "$(dirname "$0")/story.sh"
place="lane-$RANDOM$RANDOM"

tell "A stall is soft at first. Then somebody sees that it stands on the fire lane."
push "$place" 09006
soft=$case
push "$place" 09006 ', "dangers": ["fire-lane"]'
[[ $(said queue <<<"$outcome") == zero-tolerance ]]
offsite case show "$case" | grep "$soft"

tell "Nobody may discard it, and intake may not open it: that is the duty chief's."
refused L04 "$case" discard --as yang --set code=duplicate --set reason="same as before"
refused L05 "$case" open --as yang
act "$case" open --as guo

tell "The danger goes first: no report of completion before it is cleared."
act "$case" dispatch --as lin --set unit=crew-1
act "$case" accept --as hu --set position="$place"
refused L13 "$case" feedback --as hu --set before="$frame" --set after="$record"
refused C10 "$case" clear --as hu --set danger="a stall on the lane" --set evidence="$frame"
act "$case" clear --as hu --set danger="a stall on the lane" --set party_cannot=yes \
  --set party_absent=yes --set party_told=yes --set evidence="$frame"

tell "What remains is for the authority that has the power; it ends with its receipt."
act "$case" transfer --as zhao --set receiver="消防救援机构" --set reason="消防法 28, 60" --set evidence="$frame"
offsite case show "$case" | grep transferring
act "$case" receipt --as he --set number="R-1" --set evidence="$record"
offsite case show "$case" | grep transferred
