#!/usr/bin/env bash
# Speaks only the interface of the heartbeat agent's dashboard, GET /api/live (docs/sites.md), about sites that it adds:
# every range, compared with what its document says. Ends with 1 at the first that differs.
#
#   live.sh BASE USER:PASSWORD GOOD ERROR REFUSING SILENT
#
# BASE: the gateway, without a slash at its end. GOOD: a website that answers 200; ERROR: one that answers 503; REFUSING: one
# where nobody listens; SILENT: one that takes longer than DEFAULT_TIMEOUT_SECONDS, which should be short.
# shellcheck disable=SC2016
set -euo pipefail
base=$1 user=$2
declare -A sites=([healthy]=$3 [error]=$4 [down]=$5 [timeout]=$6)
# shellcheck source=Tests/Stories/asking.sh
source "$(dirname "$0")/asking.sh"

# holds NAME FILTER: what was asked last is 200 and fits a jq filter.
holds() {
    if [[ $status != 200 ]] || ! jq --exit-status "${jq[@]}" "$2" <<<"$answer" >"$folder/found"; then
        printf '%s\n  expected %s\n  found    %s %s\n' "$1" "$2" "$status" "$answer" >&2
        exit 1
    fi
    echo "ok   $1"
}
jq=()

known=$user
user=
ask GET /api/live
fits 'without credentials: 401' '^401$' "$status"
user=$known
ask GET /api/live
holds 'no services' '.services == [] and .total == 0 and .offset == 0'
for wanted in healthy error down timeout; do
    ask POST /sites "{\"url\":\"${sites[$wanted]}\",\"name\":\"$wanted\",\"check_interval_seconds\":1}"
    fits "the site $wanted is added" '^200 ' "$status $answer"
done
deadline=$((SECONDS + 80))
until ask GET '/api/live?range=live' && jq --exit-status '[.services[] | .status == .name] | all' <<<"$answer" >"$folder/found"; do
    ((SECONDS < deadline)) || break
    sleep 0.2
done
holds 'each service is what its site is' '[.services[] | .status == .name] == [true, true, true, true]'
holds 'its state is that of /api/v1' '[.services[].state] == ["up", "down", "down", "down"]'

# The distribution of checks, and the share of the healthy among those that could be judged.
distribution='(.distribution | (keys == ["down", "error", "healthy", "timeout", "unknown"]) and ([.[] | . >= 0 and floor == .] | all))
    and (.distribution.healthy as $good | (([.distribution[]] | add) - .distribution.unknown) as $judged
        | if $judged == 0 then .uptimePercent == null else (.uptimePercent - 100 * $good / $judged | fabs) < 0.001 end)'
moments='def at: sub("\\.[0-9]{3}Z$"; "Z") | fromdateiso8601;'
# Seconds of the range, and of its buckets where there are to be 30 of them.
while read -r range length width; do
    ask GET "/api/live?range=$range"
    jq=(--arg range "$range" --argjson length "$length" --argjson width "$width")
    holds "$range: the envelope" '(keys == ["bucketSeconds", "from", "offset", "pastStale", "range", "services", "stale", "to", "total"])
        and .range == $range and .bucketSeconds == $width and .total == 4 and .offset == 0 and .stale == false and .pastStale == false'
    holds "$range: its length" "$moments"' (.from | at) as $from | (.to | at) as $to
        | $from % $width == 0 and ($to - $from) >= $length and ($to - $from) < $length + $width + 1 and (now - $to) < 60'
    holds "$range: each service" '[.services[] | (keys == ["buckets", "distribution", "id", "latencyMs", "name", "since", "state", "status",
        "uptimePercent", "url"]) and (.id | type == "number") and (.url | startswith("http")) and '"$distribution"'] | all'
    holds "$range: about 30 buckets without holes" "$moments"' (.from | at) as $from | [.services[].buckets
        | (length >= 25 and length <= 32) and ([.[].start | at] == [range(0; length) | $from + . * $width])] | all'
    holds "$range: each bucket" '[.services[].buckets[] | (keys == ["distribution", "jitterMs", "latencyMs", "start", "uptimePercent"])
        and '"$distribution"' and (if .distribution.healthy > 0 then .latencyMs > 0 and .jitterMs >= 0
            else .latencyMs == null and .jitterMs == null end)] | all'
    holds "$range: the buckets make the whole" '[.services[] | .distribution == (reduce .buckets[].distribution as $one ({};
        reduce ($one | keys[]) as $word (.; .[$word] += $one[$word])))] | all'
    holds "$range: checks are told apart by what they found" '[.services[] | . as $service | .distribution
        | .[$service.name] > 0 and ([to_entries[] | select(.key != $service.name and .key != "unknown") | .value] | add) == 0] | all'
    holds "$range: uptime" '[.services[].uptimePercent] == [100, 0, 0, 0]'
done <<'RANGES'
live 300 10
1h 3600 120
12h 43200 1440
24h 86400 3600
7d 604800 21600
30d 2592000 86400
RANGES
jq=()

ask GET /api/live
holds 'an hour by default' '.range == "1h"'
ask GET '/api/live?offset=1&limit=2'
holds 'two services behind the first' '.total == 4 and .offset == 1 and [.services[].name] == ["error", "down"]'
for query in range=2h range= range=1H limit=0 limit=1001 offset=-1 points=5; do
    ask GET "/api/live?$query"
    fits "$query: 400, which names it" "^400 .*\"status\":400.*${query%%=*}" "$status $answer"
done
ask POST /api/live '{}'
fits 'it is only read' '^405$' "$status"
fits 'as its Allow says' $'\nAllow: [A-Z, ]*GET' "$headers"
echo "every answer is as it should be"
