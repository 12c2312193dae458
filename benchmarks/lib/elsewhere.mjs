// Another process, which does something first and has left before anything is measured.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const OTHER = fileURLToPath(new URL('./elsewhere-process.mjs', import.meta.url))

/** Does `elsewhere(order)` of the case there. */
export async function inAnotherProcess(order) {
  const [code, signal] = await once(fork(OTHER, [JSON.stringify(order)]), 'exit')
  if (code !== 0) throw new Error(`the other process ended with ${signal ?? code}`)
}
