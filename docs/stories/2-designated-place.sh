#!/usr/bin/env bash
# The same stall on a place that the city designated raises nothing.
source "$(dirname "$0")/story.sh"

tell "A stall stands where stalls may stand."
push stall-square-2 09006
[[ $rule == R11* ]] || { echo "expected R11, got $rule"; exit 1; }
route=$(said route <<<"$outcome")
[[ -z $route || $route == triage ]] || { echo "expected nothing, or a sample for a person"; exit 1; }
said reasons 0 clause <<<"$outcome"
