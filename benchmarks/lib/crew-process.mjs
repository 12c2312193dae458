// One process of a crew: makes its loop once, fills the cache, and then runs the loop whenever it is told to, in a time
// that it is told. It ends when the one who started it does.

import { loadCase } from '../cases/index.mjs'
import { loadPeer } from '../peers/index.mjs'
import { WrongResult } from './measure.mjs'

const { peer, ...order } = JSON.parse(process.argv[2])
const { fill, sweep, calls } = (await loadCase(order.case)).loop({ ...order, peer: await loadPeer(peer) })

process.on('message', (message) => process.send(answer(message)))
process.on('disconnect', () => process.exit(0))

function answer(message) {
  try {
    return { done: message === 'fill' ? fill() : phase(message) }
  } catch (error) {
    if (!(error instanceof WrongResult)) throw error
    return { wrong: error.message }
  }
}

/** How many calls were made in that time. Whoever gets no processor makes none, and is not waited for. */
function phase({ at, ms }) {
  const start = BigInt(at)
  const end = start + BigInt(Math.round(ms * 1e6))
  while (process.hrtime.bigint() < start);
  let sweeps = 0
  while (process.hrtime.bigint() < end) {
    sweep()
    sweeps++
  }
  // The last one ended after the end: half of it, as a rule, was before.
  return (sweeps - 0.5) * calls
}
