// How much more do two worker threads get done than one, where both use one table? Every hit leaves V8 (`near: false`).
// What the machine itself can give is the gain of two loops over a Map that share nothing. It is measured in the same
// process, phase by phase in turn with one worker and with two, so that a slow moment meets all four alike.

import { Crew } from '../lib/crew.mjs'
import { coldLoop } from '../lib/crew-loop.mjs'
import { median } from '../lib/statistics.mjs'

/** One call in so many writes. */
const WRITES = { 'many keys': 0, 'one hot key': 0, '90 % reads, 10 % writes': 10 }
const CREW = 2
const MAPS = 'a Map in each worker'

export default {
  name: 'workers',
  title: 'Two worker threads over one table',
  unit: 'gain',
  subjects: [{ id: 'warp-cache threads', peer: 'warp-cache' }],
  beside: [MAPS],
  variants: Object.keys(WRITES),
  rounds: { quick: 1 },
  note: () => 'cold hits of 64 B strings; the Maps share nothing and are only read',
  loadsPeer: false,

  async run({ variant, quick }) {
    const order = { case: this.name, variant }
    const table = await Crew.start(CREW, { ...order, peer: 'warp-cache' })
    const maps = await Crew.start(CREW, { ...order, peer: 'Map' })
    const gains = { table: [], maps: [] }
    const { warm, turns, ms } = quick ? { warm: 2, turns: 6, ms: 20 } : { warm: 4, turns: 15, ms: 40 }
    for (let turn = -warm; turn < turns; turn++) {
      // The one who works alone is each in turn.
      const alone = [turn & 1]
      const one = { table: await table.rate(alone, ms), maps: await maps.rate(alone, ms) }
      const two = { table: await table.rate([0, 1], ms), maps: await maps.rate([0, 1], ms) }
      if (turn < 0) continue
      gains.table.push(two.table / one.table)
      gains.maps.push(two.maps / one.maps)
    }
    await Promise.all([table.end(), maps.end()])
    return {
      values: { [variant]: median(gains.table) },
      beside: { [MAPS]: { [variant]: median(gains.maps) } },
    }
  },

  /** What a worker does, in a thread of its own. */
  loop({ peer, variant, number, size }) {
    const outside = { threads: { name: 'one table', near: false } }
    const oneKey = variant === 'one hot key'
    return coldLoop({ peer, outside, oneKey, writes: WRITES[variant], number, size })
  },
}
