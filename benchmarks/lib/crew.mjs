// Worker threads that each run one loop on demand: one of them, or all at the same time. What is measured is how many
// calls they make per second together.

import { Worker } from 'node:worker_threads'

/** Places in the memory that all share: how many have arrived where they wait for each other. */
export const ARRIVED = 0

export class Crew {
  #arrived = new Int32Array(new SharedArrayBuffer(4))
  #workers

  /** @param order - what `crew-worker.mjs` needs to make the loop; each worker also gets its own number. */
  static async start(size, order) {
    const crew = new Crew()
    crew.#workers = Array.from(
      { length: size },
      (_, number) =>
        new Worker(new URL('./crew-worker.mjs', import.meta.url), {
          workerData: { ...order, number, size, arrived: crew.#arrived },
        }),
    )
    // One after the other: the first one fills what they share.
    for (const worker of crew.#workers) await answerOf(worker, 'fill')
    return crew
  }

  /** Calls per second of the workers with these numbers, who start together and run for `ms`. */
  async rate(numbers, ms) {
    this.#arrived[ARRIVED] = 0
    const phase = { together: numbers.length, ms }
    const done = await Promise.all(numbers.map((number) => answerOf(this.#workers[number], phase)))
    return done.reduce((sum, { calls, seconds }) => sum + calls / seconds, 0)
  }

  async end() {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}

function answerOf(worker, message) {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.postMessage(message)
  })
}
