#!/usr/bin/env bash
# proxy-chain 3.0.1 (Node): a client asks this forward proxy for a server that refuses connections.
#
# Expected: the proxy answers with a status, as its documentation says: 594 if a connection was refused.
# Seen: a plain request is answered with 594, and so is CONNECT if a second proxy behind this one refuses the connection. If the
# server itself refuses it, which is the usual case of HTTPS through one proxy, CONNECT has no answer: the connection is closed
# without a byte.
#
# Output, seen twice with Node 20.20.2:
#   GET: 594 Connection Refused
#   CONNECT, second proxy refuses: 594 ECONNREFUSED
#   CONNECT, server refuses: closed without an answer
#   CONNECT, server listens: 200 Connection Established
#
# What follows: a client cannot tell a server that is down from a proxy that is, and has no status to decide by. A client that
# repeats what was never sent may repeat this too: without a tunnel nothing reached the server. Needs node, npm and the
# registry npm. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund proxy-chain@3.0.1
cat > ask.js <<'END'
const net = require('net')
const { Server } = require('proxy-chain')

const listen = server => new Promise(done => server.listen(0, '127.0.0.1', () => done(server.address().port)))
const free = async () => {
  const server = net.createServer()
  const port = await listen(server)
  await new Promise(done => server.close(done))
  return port
}
const proxy = async upstreamProxyUrl => {
  const server = new Server({ host: '127.0.0.1', port: 0, prepareRequestFunction: () => ({ upstreamProxyUrl }) })
  await server.listen()
  return server.port
}
// The status line of the answer.
const ask = (port, line, host) => new Promise((done, fail) => {
  let text = ''
  const socket = net.connect(port, '127.0.0.1', () => socket.write(`${line} HTTP/1.1\r\nHost: ${host}\r\n\r\n`))
  socket.setEncoding('latin1')
  const end = () => { socket.destroy(); done(text ? text.split('\r\n')[0].replace('HTTP/1.1 ', '') : 'closed without an answer') }
  socket.on('data', piece => { text += piece; if (text.includes('\r\n')) end() })
  socket.on('end', end)
  socket.on('error', fail)
})

const main = async () => {
  const [closed, open] = [await free(), await listen(net.createServer(socket => socket.on('error', () => {})))]
  const direct = await proxy(null)
  const chained = await proxy(`http://127.0.0.1:${closed}`)
  const [down, up] = [`127.0.0.1:${closed}`, `127.0.0.1:${open}`]
  const lines = [
    `GET: ${await ask(direct, `GET http://${down}/`, down)}`,
    `CONNECT, second proxy refuses: ${await ask(chained, `CONNECT ${up}`, up)}`,
    `CONNECT, server refuses: ${await ask(direct, `CONNECT ${down}`, down)}`,
    `CONNECT, server listens: ${await ask(direct, `CONNECT ${up}`, up)}`
  ]
  console.log(lines.join('\n'))
  const expected = [
    'GET: 594 Connection Refused',
    'CONNECT, second proxy refuses: 594 ECONNREFUSED',
    'CONNECT, server refuses: closed without an answer',
    'CONNECT, server listens: 200 Connection Established'
  ]
  process.exit(lines.join('\n') === expected.join('\n') ? 0 : 1)
}
main().catch(error => { console.error(error); process.exit(1) })
setTimeout(() => { console.error('no answer within 30 s'); process.exit(1) }, 30000).unref()
END
node --no-deprecation ask.js
