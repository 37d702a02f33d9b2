#!/usr/bin/env bash
# Speaks only the interface of the site monitor (docs/sites.md): a whole story, every answer compared with what its
# document says. Ends with 1 at the first that differs.
#
#   sites.sh BASE USER:PASSWORD SITE BREAK MEND WEBHOOK LIMIT
#
# BASE: the gateway, without a slash at its end. SITE: a website that answers 200, of which GET BREAK makes a broken one
# and GET MEND a good one again. WEBHOOK: where its notices may be posted. LIMIT: how many requests a user has within a
# window (RATE_LIMIT); at the end all of them are used up.
set -euo pipefail
base=$1 user=$2 site=$3 break=$4 mend=$5 webhook=$6 limit=$7
# shellcheck source=Tests/Stories/asking.sh
source "$(dirname "$0")/asking.sh"

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

# fault NAME FAULT: all that is wrong with what was asked last, in FastAPI's form.
fault() { same "$1" 422 "{\"detail\":[$2]}"; }
missing() { printf '{"type":"missing","loc":["body","%s"],"msg":"Field required","input":%s}' "$1" "$2"; }
number() {
    printf '{"type":"int_parsing","loc":["%s","%s"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"%s"}' "$@"
}

# Who may not. Few wrong passwords, for who guesses has to wait.
known=$user
unwelcome() {
    # shellcheck disable=SC2086
    ask $2
    fits "$1, $2: 401" '^401 \{"detail":"[^"]+"\}$' "$status $answer"
    fits "$1, $2: a challenge of Basic" $'\nWWW-Authenticate: Basic ' "$headers"
}
user=
for call in 'GET /sites' 'POST /sites' 'GET /sites/1' 'DELETE /sites/1' 'GET /sites/1/history' \
    'GET /webhooks' 'POST /webhooks' 'GET /webhooks/1' 'DELETE /webhooks/1'; do
    unwelcome 'without credentials' "$call"
done
user=${known%%:*}:wrong
unwelcome 'a wrong password' 'GET /sites'
user=nobody:${known#*:}
unwelcome 'a wrong name' 'GET /webhooks'
user=$known

# Sites, and what is wrong with a request for one.
ask GET /sites
same 'no sites yet' 200 '[]'
for url in 'not a URL' example.com 'ftp://example.com/' 'https://'; do
    ask POST /sites "{\"url\":\"$url\",\"name\":\"Example Site\"}"
    same "an invalid URL: $url" 400 '{"detail":"Invalid URL"}'
done
ask POST /sites '{"name":"Example Site"}'
fault 'a missing URL' "$(missing url '{"name":"Example Site"}')"
ask POST /sites '{}'
fault 'URL and name are missing' "$(missing url '{}'),$(missing name '{}')"
ask POST /sites ''
fits 'no body' '^422 \{"detail":\[\{"type":"missing","loc":\["body"\],"msg":"Field required","input":null\}\]\}$' "$status $answer"
ask POST /sites '{"url":'
fits 'half a body' '^422 \{"detail":\[\{"type":"json_invalid","loc":\["body",[0-9]+\],"msg":"JSON decode error","input":\{\}' "$status $answer"
ask POST /sites "{\"url\":\"$site\",\"name\":\"x\",\"check_interval_seconds\":0,\"expected_status_code\":\"x\"}"
fault 'an interval of nothing and a status that is none' \
    "{\"type\":\"greater_than_equal\",\"loc\":[\"body\",\"check_interval_seconds\"],\"msg\":\"Input should be greater than or equal to 1\",\"input\":0,\"ctx\":{\"ge\":1}},$(number body expected_status_code x)"
ask GET /sites/one
fault 'an id that is no number' "$(number path site_id one)"
ask GET /sites
same 'what was wrong added nothing' 200 '[]'
ask POST /sites "{\"url\":\"$site\",\"name\":\"Example Site\",\"check_interval_seconds\":1,\"expected_status_code\":200}"
id=$(new_id)
first="{\"url\":\"$site\",\"name\":\"Example Site\",\"check_interval_seconds\":1,\"expected_status_code\":200,\"id\":$id}"
same 'a site is added' 200 "$first"
history 'history begins with INITIAL' "^\[$(row INITIAL null)"
ask GET "/sites/$id"
same 'one site' 200 "$first"
ask POST /sites '{"url":"https://another-site.com/","name":"Another Site"}'
other=$(new_id)
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
ask POST /webhooks '{"site_id":"one"}'
fault 'a webhook of what is no number, without a URL' \
    "$(number body site_id one),$(missing discord_webhook_url '{"site_id":"one"}')"
ask POST /webhooks "{\"site_id\":$id,\"discord_webhook_url\":\"nowhere\"}"
same 'a webhook without a place' 400 '{"detail":"Invalid URL"}'
hook() { printf '{"site_id":%s,"discord_webhook_url":"%s","id":%s}' "$id" "$webhook" "$1"; }
ask POST /webhooks "{\"site_id\":$id,\"discord_webhook_url\":\"$webhook\"}"
one=$(new_id)
same 'a webhook is added' 200 "$(hook "$one")"
ask POST /webhooks "{\"site_id\":$id,\"discord_webhook_url\":\"$webhook\"}"
two=$(new_id)
same 'a second webhook' 200 "$(hook "$two")"
for path in /webhooks "/webhooks/$id"; do
    ask GET "$path"
    same "the webhooks of $path" 200 "[$(hook "$one"),$(hook "$two")]"
done
ask DELETE "/webhooks/$two"
same 'a webhook is deleted' 200 '{"detail":"Webhook deleted successfully"}'
ask DELETE "/webhooks/$two"
same 'a webhook that is gone' 400 '{"detail":"Webhook not found"}'
ask DELETE /webhooks/two
fault 'a webhook that is no number' "$(number path webhook_id two)"
ask GET "/webhooks/$id"
same 'the other one stays' 200 "[$(hook "$one")]"

# History: complete, and as much of it as is asked for.
initial=$(row INITIAL null) up=$(row UP '[0-9]+') down=$(row DOWN null)
history 'the site is up' "^\[$initial,$up\]$"
curl --silent --fail --output "$folder/body" "$break"
history 'the site is down' "^\[$initial,$up,$down\]$"
curl --silent --fail --output "$folder/body" "$mend"
history 'the site is up again' "^\[$initial,$up,$down,$up\]$"
changes=$(grep -oE '"last_status_change":"[^"]+"' <<<"$answer" | cut -d '"' -f 4)
[[ $changes == "$(sort <<<"$changes")" ]]
echo 'ok   the oldest row comes first'
fell=$(sed -n 3p <<<"$changes")
part() {
    ask GET "/sites/$id/history?$2"
    fits "$1" "^200 \[$3\]$" "$status $answer"
}
part 'the outages alone' status=DOWN "$down"
part 'the beginning alone' status=INITIAL "$initial"
part 'the newest two' 'sort=desc&page_size=2' "$up,$down"
part 'the next two' 'sort=desc&page_size=2&page=2' "$up,$initial"
part 'behind the last page' page=2 ''
part 'from the outage on' "from=$fell" "$down,$up"
part 'before the outage' "to=$fell" "$initial,$up"
part 'the outage alone, by its time' "from=$fell&status=DOWN&sort=asc" "$down"
for query in page=0 page=x page_size=0 page_size=1001 status=down from=yesterday to=x sort=up; do
    ask GET "/sites/$id/history?$query"
    fits "history?$query: a fault" \
        "^422 \{\"detail\":\[\{\"type\":\"[a-z_]+\",\"loc\":\[\"query\",\"${query%%=*}\"\],\"msg\":\"Input should be [^\"]+\"" \
        "$status $answer"
done
ask GET /sites/x/history
fault 'the history of what is no number' "$(number path site_id x)"

# The end.
ask DELETE "/sites/$id"
same 'the site is deleted' 200 '{"detail":"Site deleted successfully"}'
ask GET /sites
same 'no sites' 200 '[]'
ask GET /webhooks
same 'and no webhooks' 200 '[]'
for ((asked = 0; asked < limit; asked++)); do
    ask GET /sites
    [[ $status == 200 ]] || break
done
fits 'one request too many: 429' '^429 \{"detail":"Too many requests; try again in [0-9]+ s\."\}$' "$status $answer"
fits 'when to come back' $'\nRetry-After: [1-9][0-9]*\n' "$headers"
echo "every answer is as it should be"
