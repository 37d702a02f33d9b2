#!/usr/bin/env bash
# Speaks only the interface of the site monitor and that of the live range (docs/sites.md), compares every answer with
# what their documents say, and ends with 1 at the first that differs.
#
#   sites.sh BASE USER:PASSWORD SITE BREAK MEND WEBHOOK
#
# BASE: the gateway, without a slash at its end. SITE: a website that answers 200, of which GET BREAK makes a broken one
# and GET MEND a good one again. WEBHOOK: where its notices may be posted.
set -euo pipefail
base=$1 user=$2 site=$3 break=$4 mend=$5 webhook=$6
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# ask METHOD PATH [BODY]: sets status, answer and headers.
ask() {
    local arguments=(--silent --max-time 10 --request "$1" --output "$folder/body" --dump-header "$folder/headers")
    [[ -z $user ]] || arguments+=(--user "$user")
    (($# < 3)) || arguments+=(--header 'Content-Type: application/json' --data "$3")
    status=$(curl "${arguments[@]}" --write-out '%{http_code}' "$base$2")
    answer=$(cat "$folder/body")
    headers=$(tr -d '\r' <"$folder/headers")
}

# same NAME STATUS ANSWER: compares what was asked last.
same() {
    if [[ $status != "$2" || $answer != "$3" ]]; then
        printf '%s\n  expected %s %s\n  found    %s %s\n' "$1" "$2" "$3" "$status" "$answer" >&2
        exit 1
    fi
    echo "ok   $1"
}

# fits NAME PATTERN TEXT: compares with a regular expression.
fits() {
    if ! [[ $3 =~ $2 ]]; then
        printf '%s\n  expected %s\n  found    %s\n' "$1" "$2" "$3" >&2
        exit 1
    fi
    echo "ok   $1"
}

moment='"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"'
row() { printf '\{"status":"%s","response_time_ms":%s,"last_checked":%s,"last_status_change":%s\}' "$1" "$2" "$moment" "$moment"; }

# history NAME PATTERN: waits, 30 s at most, until the history of the site is so.
history() {
    local deadline=$((SECONDS + 30))
    until ask GET "/sites/$id/history" && [[ $status == 200 && $answer =~ $2 ]]; do
        ((SECONDS < deadline)) || fits "$1" "$2" "$answer"
        sleep 0.2
    done
    echo "ok   $1"
}

# Who may not.
known=$user
user=
ask GET /sites
fits 'without credentials: 401' '^401 \{"detail":"[^"]+"\}$' "$status $answer"
fits 'a challenge of Basic' 'WWW-Authenticate: Basic' "$headers"
user=${known%%:*}:wrong
ask GET /sites
fits 'a wrong password: 401' '^401 \{"detail":"[^"]+"\}$' "$status $answer"
user=$known

# Sites.
ask POST /sites '{"url":"not a URL","name":"Example Site"}'
same 'an invalid URL' 400 '{"detail":"Invalid URL"}'
ask POST /sites '{"name":"Example Site"}'
same 'a missing URL' 422 \
    '{"detail":[{"type":"missing","loc":["body","url"],"msg":"Field required","input":{"name":"Example Site"}}]}'
ask POST /sites "{\"url\":\"$site\",\"name\":\"Example Site\",\"check_interval_seconds\":1,\"expected_status_code\":200}"
id=$(sed -E 's/.*"id":([0-9]+).*/\1/' <<<"$answer")
first="{\"url\":\"$site\",\"name\":\"Example Site\",\"check_interval_seconds\":1,\"expected_status_code\":200,\"id\":$id}"
same 'a site is added' 200 "$first"
history 'history begins with INITIAL' "^\[$(row INITIAL null)"
ask GET "/sites/$id"
same 'one site' 200 "$first"
ask POST /sites '{"url":"https://another-site.com/","name":"Another Site"}'
other=$(sed -E 's/.*"id":([0-9]+).*/\1/' <<<"$answer")
second="{\"url\":\"https://another-site.com/\",\"name\":\"Another Site\",\"check_interval_seconds\":300,"
second+="\"expected_status_code\":200,\"id\":$other}"
same 'a site with the defaults' 200 "$second"
ask GET /sites
same 'all sites' 200 "[$first,$second]"
ask DELETE "/sites/$other"
same 'a site is deleted' 200 '{"detail":"Site deleted successfully"}'
for call in "GET /sites/$other" "DELETE /sites/$other" "GET /sites/$other/history" "GET /webhooks/$other"; do
    # shellcheck disable=SC2086
    ask $call
    same "$call: not found" 400 '{"detail":"Site not found"}'
done

# Webhooks.
ask GET /webhooks
same 'no webhooks yet' 200 '[]'
ask POST /webhooks "{\"site_id\":$other,\"discord_webhook_url\":\"$webhook\"}"
same 'a webhook of no site' 400 '{"detail":"Site not found"}'
hook() { printf '{"site_id":%s,"discord_webhook_url":"%s","id":%s}' "$id" "$webhook" "$1"; }
ask POST /webhooks "{\"site_id\":$id,\"discord_webhook_url\":\"$webhook\"}"
one=$(sed -E 's/.*"id":([0-9]+).*/\1/' <<<"$answer")
same 'a webhook is added' 200 "$(hook "$one")"
ask POST /webhooks "{\"site_id\":$id,\"discord_webhook_url\":\"$webhook\"}"
two=$(sed -E 's/.*"id":([0-9]+).*/\1/' <<<"$answer")
same 'a second webhook' 200 "$(hook "$two")"
for path in /webhooks "/webhooks/$id"; do
    ask GET "$path"
    same "the webhooks of $path" 200 "[$(hook "$one"),$(hook "$two")]"
done
ask DELETE "/webhooks/$two"
same 'a webhook is deleted' 200 '{"detail":"Webhook deleted successfully"}'
ask DELETE "/webhooks/$two"
same 'a webhook that is gone' 400 '{"detail":"Webhook not found"}'
ask GET "/webhooks/$id"
same 'the other one stays' 200 "[$(hook "$one")]"

# History.
rows="^\[$(row INITIAL null),$(row UP '[0-9]+')"
history 'the site is up' "$rows\]$"
curl --silent --fail --output "$folder/body" "$break"
rows+=",$(row DOWN null)"
history 'the site is down' "$rows\]$"
curl --silent --fail --output "$folder/body" "$mend"
rows+=",$(row UP '[0-9]+')"
history 'the site is up again' "$rows\]$"
ask GET "/sites/$id/history?status=DOWN"
fits 'the outages alone' "^\[$(row DOWN null)\]$" "$answer"
ask GET "/sites/$id/history?sort=desc&page_size=2"
fits 'the newest two' "^\[$(row UP '[0-9]+'),$(row DOWN null)\]$" "$answer"

# The live range.
number='-?[0-9]+(\.[0-9]+)?'
found="\"uptimePercent\":($number|null),\"distribution\":\{\"healthy\":[0-9]+,\"down\":[0-9]+,\"error\":[0-9]+,"
found+="\"timeout\":[0-9]+,\"unknown\":[0-9]+\}"
bucket="\{\"start\":$moment,\"latencyMs\":($number|null),\"jitterMs\":($number|null),$found\}"
for range in live 1h 12h 24h 7d 30d; do
    ask GET "/api/live?range=$range"
    shape="^\{\"range\":\"$range\",\"from\":$moment,\"to\":$moment,\"bucketSeconds\":$number,\"total\":1,\"offset\":0,"
    shape+="\"services\":\[\{\"id\":$id,\"name\":\"Example Site\",\"url\":\"[^\"]+\",\"status\":\"healthy\",\"state\":\"up\","
    shape+="\"since\":$moment,\"latencyMs\":$number,$found,\"buckets\":\[$bucket(,$bucket)+\]\}\],\"stale\":false\}$"
    fits "live range $range" "$shape" "$answer"
    count=$(grep -o '"start"' <<<"$answer" | wc -l)
    fits "live range $range has about 30 buckets" '^(2[5-9]|3[0-2])$' "$count"
    fits "live range $range saw the outage" '"distribution":\{"healthy":[1-9][0-9]*,"down":0,"error":[1-9]' "$answer"
done
ask GET /api/live
fits 'an hour by default' '^\{"range":"1h",' "$answer"
ask GET '/api/live?range=2h'
fits 'a range that is none' '^400 ' "$status "

# The end.
ask DELETE "/sites/$id"
same 'the site is deleted' 200 '{"detail":"Site deleted successfully"}'
ask GET /sites
same 'no sites' 200 '[]'
echo "every answer is as it should be"
