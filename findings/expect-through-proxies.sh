#!/usr/bin/env bash
# @fastify/http-proxy 11.6.3, http-proxy 1.18.1 and http-proxy-middleware 3.0.11 (Node): a POST with `Expect: 100-continue`
# through a reverse proxy. curl sends this header with bodies of more than 1 MB, and .NET Framework with every body.
#
# Expected: the server behind the proxy receives the request and answers it, because RFC 9110 (10.1.1) lets a proxy pass the
# expectation on or answer it with 100.
# Seen: http-proxy and http-proxy-middleware do so. @fastify/http-proxy answers with 100, then with 500 and "expect header not
# supported", and the server never receives the request: undici, the client behind it, refuses the header. With `http: {}`,
# which selects the client of Node, the request arrives.
#
# Output, seen twice with Node 20.20.2:
#   @fastify/http-proxy 11.6.3: without Expect 201, with Expect 500, received 1
#   @fastify/http-proxy 11.6.3, http: {}: without Expect 201, with Expect 201, received 2
#   http-proxy 1.18.1: without Expect 201, with Expect 201, received 2
#   http-proxy-middleware 3.0.11: without Expect 201, with Expect 201, received 2
#
# What follows: small requests of a client pass this proxy and large ones fail with 500, which looks like a failure of the
# server behind it. `rewriteRequestHeaders` can remove the header. Needs node, npm and the registry npm.
# Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund @fastify/http-proxy@11.6.3 @fastify/reply-from@12.6.5 undici@7.30.2 \
    fastify@5.12.8 http-proxy@1.18.1 http-proxy-middleware@3.0.11
cat > ask.js <<'END'
const http = require('http')
const listen = server => new Promise(done => server.listen(0, '127.0.0.1', () => done(server.address().port)))

// Answers 100 to an expectation, as Node does by default.
let received = 0
const server = http.createServer((request, reply) => {
  request.resume().on('end', () => { received += 1; reply.writeHead(201).end() })
})

const post = (port, headers) => new Promise((done, fail) => {
  const body = '{"name":"Ada"}'
  const options = { host: '127.0.0.1', port, method: 'POST', path: '/things', agent: false,
    headers: { 'content-type': 'application/json', 'content-length': body.length, ...headers } }
  const request = http.request(options, reply => { reply.resume(); reply.on('end', () => done(reply.statusCode)) })
  request.on('error', fail)
  if (headers.expect) { request.on('continue', () => request.end(body)); request.flushHeaders() } else request.end(body)
})

const version = name => `${name} ${require(`./node_modules/${name}/package.json`).version}`

const main = async () => {
  const target = `http://127.0.0.1:${await listen(server)}`
  const fastify = async options => {
    const proxy = require('fastify')()
    proxy.register(require('@fastify/http-proxy'), { upstream: target, ...options })
    await proxy.listen({ host: '127.0.0.1', port: 0 })
    return proxy.server.address().port
  }
  const middleware = require('http-proxy-middleware').createProxyMiddleware({ target })
  const ports = [
    [version('@fastify/http-proxy'), await fastify({})],
    [`${version('@fastify/http-proxy')}, http: {}`, await fastify({ http: {} })],
    [version('http-proxy'), await listen(http.createServer((request, reply) => {
      require('http-proxy').createProxyServer({ target }).web(request, reply)
    }))],
    [version('http-proxy-middleware'), await listen(http.createServer((request, reply) => middleware(request, reply)))]
  ]
  const lines = []
  for (const [name, port] of ports) {
    received = 0
    const plain = await post(port, {})
    const expecting = await post(port, { expect: '100-continue' })
    lines.push(`${name}: without Expect ${plain}, with Expect ${expecting}, received ${received}`)
  }
  console.log(lines.join('\n'))
  const expected = [
    '@fastify/http-proxy 11.6.3: without Expect 201, with Expect 500, received 1',
    '@fastify/http-proxy 11.6.3, http: {}: without Expect 201, with Expect 201, received 2',
    'http-proxy 1.18.1: without Expect 201, with Expect 201, received 2',
    'http-proxy-middleware 3.0.11: without Expect 201, with Expect 201, received 2'
  ]
  process.exit(lines.join('\n') === expected.join('\n') ? 0 : 1)
}
main().catch(error => { console.error(error); process.exit(1) })
setTimeout(() => { console.error('no answer within 30 s'); process.exit(1) }, 30000).unref()
END
node --no-deprecation ask.js
