#!/usr/bin/env bash
# The setting of the stories: the people of a bureau, a key for the platform, a published pack.
set -euo pipefail
offsite person import "$(dirname "$0")/people.toml" >&2
offsite policy propose suizhou-example --as xie --reason "the example city" >&2
offsite policy publish suizhou-example --as cao --where "https://city.example/packs" >&2
offsite key add /city/platform
