/**
 * One configuration: an HTTP server on a free loopback port that renders document n on GET /doc/n.
 * Speaks over IPC with the process that forked it: `start` is answered by `ready` with the port, `report` by the
 * counters so far. It ends when that process ends. Knows nothing of load, tables or other configurations.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { cache } from '../dist/esm.mjs'
import { renderMarkdown } from './render.mjs'

let renders = 0
let renderPage

function start({ configuration, paths }) {
  const documents = paths.map((path) => readFileSync(path, 'utf8'))
  const render = (n) => {
    renders++
    return renderMarkdown(documents[n])
  }
  renderPage = configuration.options ? cache(render, configuration.options) : render

  const server = createServer((request, response) => {
    const n = /^\/doc\/(\d+)$/.exec(request.url)?.[1]
    if (request.method !== 'GET' || n === undefined || Number(n) >= documents.length) {
      response.writeHead(404).end()
      return
    }
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(renderPage(Number(n)))
  })
  server.listen(0, '127.0.0.1', () => process.send({ type: 'ready', port: server.address().port }))
}

function report() {
  globalThis.gc()
  process.send({
    type: 'report',
    renders,
    cacheInfo: renderPage.cacheInfo?.() ?? null,
    heapBytes: process.memoryUsage().heapUsed,
  })
}

process.on('message', (message) => {
  if (message.type === 'start') start(message)
  else if (message.type === 'report') report()
})
process.once('disconnect', () => process.exit())
