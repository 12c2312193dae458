/** A worker of the cluster: an HTTP server that renders document n on GET /doc/n, with or without a cache. */
import { openSync, readFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import { cache } from '../../dist/esm.mjs'
import { renderMarkdown } from '../render.mjs'

/** So many of its first requests tell whether a worker was warm. */
const FIRST = 50

function start({ options, paths, log }) {
  const documents = paths.map((path) => readFileSync(path, 'utf8'))
  // One byte for each render, written at once: whoever is killed has counted what it did.
  const renderLog = openSync(log, 'a')
  let renders = 0
  let served = 0
  const render = (n) => {
    renders++
    writeSync(renderLog, '.')
    return renderMarkdown(documents[n])
  }
  const page = options === null ? render : cache(render, options)

  const server = createServer((request, response) => {
    const n = Number(/^\/doc\/(\d+)$/.exec(request.url)?.[1] ?? Number.NaN)
    if (request.method !== 'GET' || !(n < documents.length)) {
      response.writeHead(404).end()
      return
    }
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(page(n))
    if (++served === FIRST) process.send({ type: 'first', requests: FIRST, renders })
  })
  server.listen(0, '127.0.0.1')
}

function collect() {
  globalThis.gc()
  process.send({ type: 'collected' })
}

const tasks = { start, collect }
process.on('message', (message) => tasks[message.type](message))
process.send({ type: 'loaded' })
