# What the stories share: words to tell, to push, to act, and to be refused.
set -euo pipefail
export OFFSITE_POLICY=suizhou-example
door=${OFFSITE_DOOR:-http://127.0.0.1:8420}
key=${OFFSITE_KEY:?run docs/stories/0-setting.sh first and export the OFFSITE_KEY that it prints}
frame=$(printf 'a frame' | sha256sum | cut -d' ' -f1)
record=$(printf 'the record of the scene' | sha256sum | cut -d' ' -f1)

# said NAME … : a member of the JSON on standard input, or nothing.
said() {
  python3 -c 'import json, sys
value = json.load(sys.stdin)
for name in sys.argv[1:]:
    value = value[int(name)] if isinstance(value, list) else value.get(name)
print("" if value is None else value)' "$@"
}

tell() { printf '\n== %s\n' "$*"; }

# push PLACE MATTER [MORE JSON MEMBERS]: a platform's report; the case it became is in $case.
push() {
  local id more=${3:-}
  id="story-$(date +%s%N)"
  curl -sS --fail-with-body "$door/v1/events" -H "Authorization: Bearer $key" \
    -H 'Content-Type: application/cloudevents+json' -o /dev/null -d @- <<EOF
{"specversion": "1.0", "type": "offsite.report.v1", "source": "/city/platform", "id": "$id",
 "time": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
 "data": {"reporter": "platform", "text": "a story",
          "matter": {"standard": "GB/T 47678.5-2026", "kind": "matter", "code": "$2"},
          "place": {"id": "$1", "grid_cell": "421303001002003"}$more}}
EOF
  outcome=$(offsite outcome --source /city/platform --id "$id" --wait 20 --json)
  case=$(said case <<<"$outcome")
  rule=$(said reasons 0 rule <<<"$outcome")
  echo "pushed $id: $(said outcome <<<"$outcome"), ${case:-no case}, by $rule"
}

# An instant a few seconds from now, by which something is to be put right; and waiting for it.
soon() { date -u -d '+4 seconds' +%Y-%m-%dT%H:%M:%SZ; }
wait_for_it() { sleep 5; }

# act CASE ACT --as PERSON …: it must be done.
act() { offsite case act "$@"; }

# refused RULE CASE ACT --as PERSON …: it must be refused, by that rule.
refused() {
  local by=$1 told status=0
  shift
  told=$(offsite case act "$@" 2>&1) || status=$?
  echo "$told"
  [[ $status == 2 && $told == *"$by"* ]] || { echo "expected a refusal by $by"; exit 1; }
}
