/**
 * The Markdown server as a cluster of workers: without a cache, with one in each, and with one that all share. Prints one
 * table and ends by itself. A worker is killed in mid-load, and another takes its place. Exit code 0 means: every page
 * was, byte by byte, what an uncached render gives, and the shared cache did what the last lines say. Otherwise 1.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { demoDocuments } from '../documents.mjs'
import { comparePages, fetchPages } from '../pages.mjs'
import { startServer } from '../server-process.mjs'
import { formatTable } from '../table.mjs'
import { zipfSequence } from '../zipf.mjs'
import { configurations, WORKERS } from './configurations.mjs'
import { drive } from './load.mjs'

const REQUESTS = 10_000
const SEED = 42
const LOAD_SECONDS = 3
const KILL_AFTER_MS = 1_000
const DEADLINE_MS = 45_000
/** Two workers that miss a page at the same time both render it, and so does who is killed before storing. */
const RENDERED_TWICE = 20
/** Whoever is killed while it stores may take what is around it along. */
const COLD_AT_FIRST = 5

const primary = fileURLToPath(new URL('./primary.mjs', import.meta.url))
/** Of the shared cache and of the counts of renders, which are gone when this ends. */
const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'warp-cache-demo-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))

setTimeout(() => fail(new Error(`Not done after ${DEADLINE_MS / 1000} s`)), DEADLINE_MS).unref()
main().catch(fail)

async function main() {
  const paths = demoDocuments().map((document) => document.path)
  const sequence = zipfSequence({ length: REQUESTS, items: paths.length, alpha: 1, seed: SEED })
  console.log(
    `\nThe same server as a cluster of ${WORKERS} workers. Every page is asked for, then follows the load, for ` +
      `${LOAD_SECONDS} s or longer:\nafter ${KILL_AFTER_MS / 1000} s of it a worker is killed (SIGKILL), and another started\n`,
  )
  const results = []
  let pages
  for (const [i, configuration] of configurations.entries()) {
    const log = join(directory, `renders-${i}`)
    const env = { ...process.env, WARP_CACHE_DIR: directory }
    const server = await startServer({ ...configuration, log }, paths, { program: primary, env })
    const work = async () => {
      if (pages === undefined) pages = await fetchPages(server.url, paths.length)
      else await comparePages(server.url, pages, paths, configuration.name)
      results.push({ name: configuration.name, ...(await measure(server, sequence, pages)) })
    }
    await Promise.race([work(), server.died])
    await server.stop()
  }
  console.log(formatTable(HEADER, results.map(toRow)))
  if (!results.every(({ byShare }) => byShare))
    console.log('\nMemory is RSS: what is shared counts for each process.')
  conclude(results, paths.length)
}

/** Latency and rate include the death; renders count from the very first request. */
async function measure(server, sequence, pages) {
  const respawned = wait(KILL_AFTER_MS).then(() => server.ask({ type: 'kill' }, 'respawned'))
  const load = await drive(server.url, { sequence, pages, seconds: LOAD_SECONDS, until: respawned })
  return { ...load, ...(await server.report()), first: await respawned }
}

const HEADER = ['4 workers', 'renders computed', 'requests/s', 'p99 ms', 'memory MB', 'new worker rendered']

function toRow({ name, renders, requestsPerSecond, p99Ms, bytes, first }) {
  return [
    name,
    String(renders),
    requestsPerSecond.toFixed(0),
    p99Ms.toFixed(2),
    (bytes / 2 ** 20).toFixed(0),
    `${first.renders} of its first ${first.requests}`,
  ]
}

/** Says what the shared cache did, or throws. */
function conclude(results, documents) {
  const [none, memory, shared] = results
  if (shared.renders > documents + RENDERED_TWICE)
    throw new Error(`The workers shared a cache, and rendered ${documents} pages ${shared.renders} times`)
  if (shared.first.renders > COLD_AT_FIRST)
    throw new Error(
      `The new worker rendered ${shared.first.renders} of its first ${shared.first.requests} pages`,
    )
  const more = (a, b) => `${(a.requestsPerSecond / b.requestsPerSecond).toFixed(1)}×`
  console.log(`
${documents} pages: rendered ${shared.renders} times with the shared cache, ${memory.renders} times with one in each worker.
The worker that took the place of the killed one rendered ${shared.first.renders} of its first ${shared.first.requests} pages, not ${memory.first.renders}.
Requests/s with the shared cache: ${more(shared, none)} those without a cache, ${more(shared, memory)} those with one in each worker.
All pages equal byte by byte, before the load and under it.`)
}

function fail(error) {
  console.error(`demo: ${error.message}`)
  process.exit(1)
}
