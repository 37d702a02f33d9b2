# What the stories share: asking with curl, and comparing. To be sourced; wants base and user (NAME:PASSWORD, or empty).
# shellcheck shell=bash disable=SC2034
: "${base:?}"
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# ask METHOD PATH [BODY [TYPE]]: sets status, answer and headers.
ask() {
    local arguments=(--silent --max-time 10 --request "$1" --output "$folder/body" --dump-header "$folder/headers")
    [[ -z $user ]] || arguments+=(--user "$user")
    (($# < 3)) || arguments+=(--header "Content-Type: ${4:-application/json}" --data "$3")
    : >"$folder/body"
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

# The id in what was answered last.
new_id() { sed -E 's/.*"id":([0-9]+).*/\1/' <<<"$answer"; }
