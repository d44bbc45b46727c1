#!/usr/bin/env bash
# Drives `crm mcp` with the official clients of the Model Context Protocol: each lists, reads, follows progress, cancels and
# confirms, at the versions of the protocol that it speaks.
#
#   cargo build --package crm-cli && tests/mcp-clients/run.sh target/debug/crm
#
# Needs python3 with venv, Node 20 or later with npm, and the registries of both. Packages are kept in target/mcp-clients. Fails
# if a client is not there, and if one takes longer than its time.
set -euo pipefail

[ $# = 1 ] || { echo "usage: $0 PATH-OF-CRM" >&2; exit 2; }
crm=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
packages=$here/../../target/mcp-clients
mkdir -p "$packages"
packages=$(realpath "$packages")
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT

[ -x "$packages/python/bin/pip" ] || python3 -m venv "$packages/python"
"$packages/python/bin/pip" install --quiet --disable-pip-version-check mcp==2.3.0
npm install --prefix "$packages" --silent --no-fund --no-audit --no-save \
  @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/client@2.3.1 @modelcontextprotocol/inspector@2.12.0
# Node finds packages beside the script.
cp "$here"/*.mjs "$packages"

# More contacts than requests that the client sends before it waits for the limit, so that a call lasts until it is cancelled.
python3 - > "$folder/seed.json" <<'PY'
import json
print(json.dumps({"hubspot": {"contacts": [{"email": f"p{n}@example.com"} for n in range(600)]}}))
PY

check() {
  local name=$1
  shift
  mkdir "$folder/files"
  cd "$folder"
  timeout 120 "$@" "$crm" "--fake=$folder/seed.json" mcp --files "$folder/files" || { echo "$name: failed" >&2; exit 1; }
  rm -r "$folder/files"
  echo "$name: ok"
}

# The same over HTTP.
check_http() {
  local name=$1
  shift
  mkdir "$folder/files"
  export CRM_MCP_TOKEN=a-token-of-more-than-16-bytes
  "$crm" "--fake=$folder/seed.json" mcp --files "$folder/files" --http 0 2> "$folder/port" &
  local server=$! port
  until port=$(sed -nE 's/.*127\.0\.0\.1:([0-9]+);.*/\1/p' "$folder/port") && [ -n "$port" ]; do sleep 0.1; done
  timeout 120 "$@" "http://127.0.0.1:$port/mcp" "$folder/files" || { echo "$name: failed" >&2; exit 1; }
  kill "$server"
  rm -r "$folder/files"
  echo "$name: ok"
}

check "mcp 2.3.0 (PyPI), 2025-11-25" "$packages/python/bin/python" "$here/client.py" legacy
check "mcp 2.3.0 (PyPI), 2026-07-28" "$packages/python/bin/python" "$here/client.py" 2026-07-28
check_http "mcp 2.3.0 (PyPI), 2025-11-25, HTTP" "$packages/python/bin/python" "$here/client.py" legacy
check_http "mcp 2.3.0 (PyPI), 2026-07-28, HTTP" "$packages/python/bin/python" "$here/client.py" 2026-07-28
check "@modelcontextprotocol/sdk 1.32.2, 2025-11-25" node "$packages/sdk.mjs"
check "@modelcontextprotocol/client 2.3.1, 2025-11-25" node "$packages/client.mjs" legacy
check "@modelcontextprotocol/client 2.3.1, 2026-07-28" node "$packages/client.mjs" 2026-07-28
check "@modelcontextprotocol/inspector 2.12.0, strict" "$here/inspector.sh" "$packages/node_modules/.bin/mcp-inspector"
