/**
 * A Markdown server with and without a cache, measured on real documents; prints one table and ends by itself.
 * Exit code 0 means: every page of every configuration was, byte by byte, what an uncached render gives, and every
 * render was a counted miss. Otherwise 1. Run it with `make demo`.
 */
import { configurations } from './configurations.mjs'
import { demoDocuments } from './documents.mjs'
import { drive } from './load.mjs'
import { comparePages, fetchPages } from './pages.mjs'
import { startServer } from './server-process.mjs'
import { formatTable } from './table.mjs'
import { zipfSequence } from './zipf.mjs'

const REQUESTS = 10_000
const SEED = 42
const WARM_UP_SECONDS = 0.5
const MEASURED_SECONDS = 1.5
const DEADLINE_MS = 45_000

setTimeout(() => fail(new Error(`Not done after ${DEADLINE_MS / 1000} s`)), DEADLINE_MS).unref()
main().catch(fail)

async function main() {
  const documents = demoDocuments()
  const paths = documents.map((document) => document.path)
  const sequence = zipfSequence({ length: REQUESTS, items: paths.length, alpha: 1, seed: SEED })
  const kilobytes = documents.reduce((sum, document) => sum + document.bytes, 0) / 1024
  console.log(`${paths.length} README files of node_modules, ${kilobytes.toFixed(0)} KB of Markdown`)
  console.log(
    `Requests by Zipf (alpha 1), the same for each configuration: ${WARM_UP_SECONDS} s of warm-up, ` +
      `${MEASURED_SECONDS} s measured; renders and hits include the warm-up\n`,
  )

  const results = []
  let pages
  for (const configuration of configurations) {
    const server = await startServer(configuration, paths)
    const work = async () => {
      const isReference = pages === undefined
      if (isReference) pages = await fetchPages(server.url, paths.length)
      results.push({ name: configuration.name, ...(await measure(server, sequence, pages)) })
      if (!isReference) await comparePages(server.url, pages, paths, configuration.name)
    }
    await Promise.race([work(), server.died])
    await server.stop()
  }
  console.log(formatTable(HEADER, results.map(toRow)))
  console.log(`\n${conclusion(results, paths.length)}`)
}

/** Rate and latency are those of the warm server; renders and hits count from the first request of the load. */
async function measure(server, sequence, pages) {
  const before = await server.report()
  await drive(server.url, { sequence, pages, seconds: WARM_UP_SECONDS })
  const load = await drive(server.url, { sequence, pages, seconds: MEASURED_SECONDS })
  const after = await server.report()
  const { heapBytes, rssBytes } = after
  return { ...load, ...countersBetween(before, after), heapBytes, rssBytes }
}

function countersBetween(before, after) {
  const counted = (name) => after[name] - before[name]
  const renders = counted('renders')
  if (after.misses === null) return { renders, hitRatio: null }
  if (counted('misses') !== renders)
    throw new Error(`${counted('misses')} misses counted, but ${renders} renders computed`)
  return { renders, hitRatio: 1 - renders / counted('served') }
}

const HEADER = [
  'configuration',
  'requests/s',
  'p50 ms',
  'p99 ms',
  'renders computed',
  'hit ratio',
  'heap MB',
  'RSS MB',
]

function toRow(result) {
  return [
    result.name,
    result.requestsPerSecond.toFixed(0),
    result.p50Ms.toFixed(2),
    result.p99Ms.toFixed(2),
    String(result.renders),
    result.hitRatio === null ? '–' : `${(100 * result.hitRatio).toFixed(1)} %`,
    (result.heapBytes / 2 ** 20).toFixed(1),
    (result.rssBytes / 2 ** 20).toFixed(0),
  ]
}

function conclusion([reference, ...others], documents) {
  const gains = others.map((result) => {
    const factor = result.requestsPerSecond / reference.requestsPerSecond
    return `${result.name} ${factor.toFixed(1)}×`
  })
  return `Requests/s against "${reference.name}": ${gains.join(', ')}; all ${documents} pages equal byte by byte.`
}

function fail(error) {
  console.error(`demo: ${error.message}`)
  process.exit(1)
}
