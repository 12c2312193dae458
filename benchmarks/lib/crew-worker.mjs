// One worker of a crew: makes its loop once, fills the cache, and then runs the loop for as long as it is told to.

import { parentPort, workerData } from 'node:worker_threads'
import { loadCase } from '../cases/index.mjs'
import { loadPeer } from '../peers/index.mjs'
import { ARRIVED } from './crew.mjs'

const { arrived, peer, ...order } = workerData
const { fill, sweep, calls } = (await loadCase(order.case)).loop({ ...order, peer: await loadPeer(peer) })

parentPort.on('message', (message) => parentPort.postMessage(message === 'fill' ? fill() : phase(message)))

function phase({ together, ms }) {
  // Not a message, so that they start at the same moment.
  Atomics.add(arrived, ARRIVED, 1)
  while (Atomics.load(arrived, ARRIVED) < together);
  const start = process.hrtime.bigint()
  const end = start + BigInt(Math.round(ms * 1e6))
  let sweeps = 0
  let now = start
  while (now < end) {
    sweep()
    sweeps++
    now = process.hrtime.bigint()
  }
  return { calls: sweeps * calls, seconds: Number(now - start) / 1e9 }
}
