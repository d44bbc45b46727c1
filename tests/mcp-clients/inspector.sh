#!/usr/bin/env bash
# The inspector: inspector.sh INSPECTOR COMMAND…. With `--strict` it fails if the schema of a tool is not one that all clients
# know; warnings fail here too.
set -euo pipefail
inspector=$1
shift
"$inspector" --cli --strict "$@" --method tools/list > listed 2> problems || { cat problems >&2; exit 1; }
[ "$(grep -c '"inputSchema"' listed)" = 6 ]
[ ! -s problems ] || { cat problems >&2; exit 1; }

call() {
  local tool=$1
  shift
  "$inspector" --cli "${command[@]}" --method tools/call --tool-name "$tool" "$@"
}
command=("$@")
call find --tool-arg question="create a contact in hubspot" | grep -q "hubspot contacts create"
call read --tool-arg operation="hubspot contacts list" 'arguments={"limit": 1}' > page
grep -q cursor page
# Its command line cannot ask a user, so nothing is destroyed without a digest.
call write --tool-arg operation="hubspot contacts archive" 'arguments={"objectId": "101001"}' > refused 2>&1 || true
grep -q "Nothing was sent" refused
