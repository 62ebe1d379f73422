#!/usr/bin/env bash
# A case goes all the way to a served, published, performed decision; each gate is tried on the way.
source "$(dirname "$0")/story.sh"
place="market-lane-$RANDOM$RANDOM"
two=(--second wang --set showed_papers=yes)
fine=(--set kind=fine --set fine_fen=4000)
band=(--set harm=minor)

tell "The street."
push "$place" 09006
act "$case" open --as yang
act "$case" dispatch --as lin --set unit=crew-1
act "$case" accept --as hu --set position="$place"

tell "Softness first: no filing before correction was asked for."
act "$case" consider --as li --set party="licence-$RANDOM$RANDOM" --set party_kind=citizen --set age=35 --set evidence="$frame"
refused L16 "$case" file --as zhao --set reason="at once" --set number=1 --set harm_fen=0
act "$case" persuade --as li --set content="stalls stand in the square" --set result="stays"
act "$case" order-correction --as li "${two[@]}" --set content="clear the pavement" --set until="$(soon)"
wait_for_it
act "$case" recheck --as li --set is_corrected=no --set evidence="$frame"
act "$case" file --as zhao --set reason="not corrected" --set number="2026-$RANDOM" --set harm_fen=0

tell "Two officers, evidence, and the party is told."
act "$case" assign-officers --as zhao --set first=li --set second=wang
refused P07 "$case" collect --as li --second wu --set showed_papers=yes --set form=site-record \
  --set evidence="$record" --set how="on the spot" --set medium=paper --set on_site=yes
act "$case" collect --as li "${two[@]}" --set form=site-record --set evidence="$record" \
  --set how="on the spot" --set medium=paper --set on_site=yes --set original_complete=yes
act "$case" propose --as li "${fine[@]}" "${band[@]}" --set relies_on="$record" --set facts="a stall" \
  --set basis="城市市容和环境卫生管理条例 14, 36" --set facts_clear=yes
notice=("${two[@]}" "${fine[@]}" --set facts="a stall" --set reasons="not corrected"
  --set basis="城市市容和环境卫生管理条例 14, 36" --set told_defence=yes --set signed=yes)
refused P06 "$case" notify --as li "${notice[@]}"
act "$case" tell --as li --set facts="a stall" --set channel="in person" --set where_to_look="the bureau's page"
act "$case" notify --as li "${notice[@]}"

tell "The party is heard, and answered by somebody else."
decision=("${fine[@]}" "${band[@]}" --set number="随城管罚决字〔2026〕$RANDOM号" --set party_named="the party"
  --set facts="a stall, seen and recorded" --set basis="城市市容和环境卫生管理条例 14, 36"
  --set how_to_perform="at the bank within 15 days" --set remedies="reconsideration 60 days, lawsuit 6 months"
  --set authority_and_date="the bureau, today" --set sealed=yes --set has_social_impact=yes)
act "$case" defend --as he --set points="the square was full"
refused P10 "$case" decide --as zhao "${decision[@]}"
refused P10 "$case" answer-defence --as li --set answers="it was not"
act "$case" answer-defence --as feng --set answers="it was not: see the record"
act "$case" submit-review --as li
refused P21 "$case" review-legally --as feng --set passed=yes --set opinion="fine"
act "$case" review-legally --as chen --set passed=yes --set opinion="lawful"

tell "The decision: not by those who investigated, not above the notice, not unsealed."
refused K06 "$case" decide --as li "${decision[@]}"
refused P09 "$case" decide --as zhao "${decision[@]}" --set fine_fen=20000
refused P22 "$case" decide --as zhao "${decision[@]}" --set sealed=no
act "$case" decide --as zhao "${decision[@]}"

tell "Served, published, performed."
refused P24 "$case" serve --as he --set way=electronic --set signed=yes --set evidence="$record"
act "$case" serve --as he --set way=direct --set signed=yes --set evidence="$record"
refused P16 "$case" publish-decision --as cao --set where="the bureau's page" --set masked_by=cao
act "$case" publish-decision --as cao --set where="the bureau's page" --set masked=yes --set masked_by=cao
refused P26 "$case" performed --as he --set how="says so"
act "$case" pay --as qian --set amount_fen=4000 --set receipt="bank 1"
act "$case" performed --as he --set how="paid in full"
act "$case" archive --as he --set archive="2026-$RANDOM"
offsite penalty show "$case" | grep closed
