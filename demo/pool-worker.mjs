/** One worker of the pool: renders document n, through a cache. */
import { readFileSync } from 'node:fs'
import { workerData } from 'piscina'
import { cache } from '../dist/esm.mjs'
import { COUNTERS, MISSES, RENDERS, ROWS_TAKEN, SERVED } from './counters.mjs'
import { renderMarkdown } from './render.mjs'

const { paths, options, shared } = workerData
const documents = paths.map((path) => readFileSync(path, 'utf8'))
const row = COUNTERS * (1 + Atomics.add(shared, ROWS_TAKEN, 1))

const page = cache((n) => {
  shared[row + RENDERS]++
  return renderMarkdown(documents[n])
}, options)

export default function answer(n) {
  const html = page(n)
  shared[row + SERVED]++
  shared[row + MISSES] = page.cacheInfo().misses
  return html
}
