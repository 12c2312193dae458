/**
 * The renderer in a pool of worker threads. `render` answers with the page of a document; `counters` adds up what
 * the workers have counted, which they leave in memory that all of them share. Knows nothing of HTTP.
 */
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import { COUNTERS, MISSES, RENDERS, SERVED } from './counters.mjs'

const WORKER = fileURLToPath(new URL('./pool-worker.mjs', import.meta.url))

/** A pool for a configuration. */
export function startPool({ workers, options }, paths) {
  const shared = new Int32Array(new SharedArrayBuffer(4 * COUNTERS * (workers + 1)))
  const pool = new Piscina({
    filename: WORKER,
    minThreads: workers,
    maxThreads: workers,
    workerData: { paths, options, shared },
  })
  const running = new Set()
  return {
    render(n) {
      const page = pool.run(n)
      running.add(page)
      return page.finally(() => running.delete(page))
    },
    /** Once nothing is running, so that the numbers belong together. */
    async counters() {
      await Promise.all(running)
      return {
        renders: sumOf(shared, RENDERS),
        misses: options.backend === 'threads' ? maxOf(shared, MISSES) : sumOf(shared, MISSES),
        served: sumOf(shared, SERVED),
      }
    },
  }
}

const ofWorkers = (shared, counter) => shared.filter((_, i) => i >= COUNTERS && i % COUNTERS === counter)
const sumOf = (shared, counter) => ofWorkers(shared, counter).reduce((sum, count) => sum + count, 0)
/** All workers report the counts of one table, each as it last saw them. */
const maxOf = (shared, counter) => Math.max(...ofWorkers(shared, counter))
