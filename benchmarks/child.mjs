// One subject in one variant of one case, alone in its process. Prints one line of JSON: { values } or, where
// the subject cannot do it, { skipped }, or, where its results were not what the function returns, { wrong }.
// A yardstick that must meet the very same moments is measured in the same process: { values, beside }.

import { loadCase } from './cases/index.mjs'
import { consumed, WrongResult } from './lib/measure.mjs'
import { Cannot } from './lib/peer.mjs'
import { loadPeer } from './peers/index.mjs'

const order = JSON.parse(process.argv[2])

async function answer() {
  const question = await loadCase(order.case)
  try {
    const peer = question.loadsPeer === false ? undefined : await loadPeer(order.peer)
    return await question.run({ ...order, peer })
  } catch (error) {
    if (error instanceof Cannot) return { skipped: error.message }
    if (error instanceof WrongResult) return { wrong: error.message }
    throw error
  }
}

const line = JSON.stringify({ ...(await answer()), consumed: consumed() })
// Some subjects leave timers behind that would keep the process alive.
process.stdout.write(`${line}\n`, () => process.exit(0))
