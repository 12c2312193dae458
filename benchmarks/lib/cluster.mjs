// Measures in a worker of a node:cluster, of which the process that was started for the measurement is the primary.

import cluster from 'node:cluster'
import { fileURLToPath } from 'node:url'
import { WrongResult } from './measure.mjs'

const WORKER = fileURLToPath(new URL('./cluster-worker.mjs', import.meta.url))

/** What the case's `work(order)` gives in the worker. */
export function inClusterWorker(order) {
  cluster.setupPrimary({ exec: WORKER, args: [JSON.stringify(order)] })
  const worker = cluster.fork()
  return new Promise((resolve, reject) => {
    // Subjects send messages of their own.
    worker.on('message', ({ measured, wrong }) => {
      if (measured !== undefined) resolve(measured)
      if (wrong !== undefined) reject(new WrongResult(wrong))
    })
    worker.on('exit', (code) => reject(new Error(`the worker ended with ${code}`)))
  })
}
