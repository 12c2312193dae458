/**
 * One configuration: an HTTP server on a free loopback port that renders document n on GET /doc/n.
 * Speaks over IPC with the process that forked it: `start` is answered by `ready` with the port, `report` by the
 * counters so far. It ends when that process ends. Knows nothing of load, tables or other configurations.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { cache } from '../dist/esm.mjs'
import { renderMarkdown } from './render.mjs'

/** `render` answers with a page or a promise of one; `counters` tells what was counted so far. */
let renderer

async function start({ configuration, paths }) {
  const documents = paths.map((path) => readFileSync(path, 'utf8'))
  if (configuration.workers === undefined) renderer = inThisThread(documents, configuration.options)
  else {
    const { startPool } = await import('./pool.mjs')
    renderer = startPool(configuration, paths)
  }

  const server = createServer(async (request, response) => {
    const n = /^\/doc\/(\d+)$/.exec(request.url)?.[1]
    if (request.method !== 'GET' || n === undefined || Number(n) >= documents.length) {
      response.writeHead(404).end()
      return
    }
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(await renderer.render(Number(n)))
  })
  server.listen(0, '127.0.0.1', () => process.send({ type: 'ready', port: server.address().port }))
}

function inThisThread(documents, options) {
  let renders = 0
  let served = 0
  const render = (n) => {
    renders++
    return renderMarkdown(documents[n])
  }
  const page = options === null ? render : cache(render, options)
  return {
    render(n) {
      served++
      return page(n)
    },
    counters: () => ({ renders, served, misses: page.cacheInfo?.().misses ?? null }),
  }
}

async function report() {
  globalThis.gc()
  process.send({
    type: 'report',
    ...(await renderer.counters()),
    rssBytes: process.memoryUsage.rss(),
    heapBytes: process.memoryUsage().heapUsed,
  })
}

process.on('message', (message) => {
  if (message.type === 'start') start(message)
  else if (message.type === 'report') report()
})
process.once('disconnect', () => process.exit())
