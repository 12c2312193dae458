// How much more do two, four and eight processes get done than one, where all use one table in a file? Every hit leaves V8
// (`near: false`). What the machine itself can give is the gain of as many loops over a Map that share nothing: in the
// same run, phase by phase in turn, so that a slow moment meets all alike.

import { coldLoop } from '../lib/crew-loop.mjs'
import { ProcessCrew } from '../lib/crew-processes.mjs'
import { median } from '../lib/statistics.mjs'

const HITS = 'cold hits'
const MIXED = '90 % reads, 10 % writes'
/** How many there are in the end, and one call in so many writes. */
const VARIANTS = { [HITS]: { most: 8, writes: 0 }, [MIXED]: { most: 2, writes: 10 } }
const MAPS = 'a Map in each process'

export default {
  name: 'processes',
  title: 'Processes over one table',
  subjects: [{ id: 'warp-cache shared', peer: 'warp-cache' }],
  beside: [MAPS],
  variants: Object.keys(VARIANTS),
  rounds: { quick: 1, full: 3 },
  tables: [
    {
      title: 'gain',
      unit: 'of one',
      columns: [
        { id: `${HITS}, 2`, title: '2 processes' },
        { id: `${MIXED}, 2`, title: '2, 10 % writes' },
        { id: `${HITS}, 4`, title: '4 processes' },
        { id: `${HITS}, 8`, title: '8 processes' },
      ],
    },
    {
      title: 'more processes than two',
      unit: 'of two',
      columns: [
        { id: '4 of 2', title: '4 processes' },
        { id: '8 of 2', title: '8 processes' },
      ],
    },
  ],
  note: () => 'cold hits of 64 B strings; the Maps share nothing and are only read',
  loadsPeer: false,

  async run({ variant, quick }) {
    const { most } = VARIANTS[variant]
    const order = { case: this.name, variant }
    const table = await ProcessCrew.start(most, { ...order, peer: 'warp-cache' })
    const maps = await ProcessCrew.start(most, { ...order, peer: 'Map' })
    const sizes = [1, 2, 4, 8].filter((size) => size <= most)
    const { warm, turns, ms } = quick ? { warm: 1, turns: 6, ms: 30 } : { warm: 2, turns: 12, ms: 60 }
    const gains = { table: gainsOf(sizes), maps: gainsOf(sizes) }
    for (let turn = -warm; turn < turns; turn++) {
      const rates = { table: {}, maps: {} }
      for (const size of turn & 1 ? sizes.toReversed() : sizes) {
        // Those who work are other ones each time.
        const numbers = Array.from({ length: size }, (_, n) => (n + size * Math.abs(turn)) % most)
        rates.table[size] = await table.rate(numbers, ms)
        rates.maps[size] = await maps.rate(numbers, ms)
      }
      if (turn < 0) continue
      gains.table.add(rates.table)
      gains.maps.add(rates.maps)
    }
    await Promise.all([table.end(), maps.end()])
    return { values: gains.table.columns(variant), beside: { [MAPS]: gains.maps.columns(variant) } }
  },

  /** What a process does. */
  loop({ peer, variant, number, size }) {
    const outside = { shared: { name: 'one table', near: false } }
    return coldLoop({ peer, outside, oneKey: false, writes: VARIANTS[variant].writes, number, size })
  },
}

/** Gains turn by turn, of which the columns are medians. */
function gainsOf(sizes) {
  const more = sizes.filter((size) => size > 1)
  const ofOne = Object.fromEntries(more.map((size) => [size, []]))
  const ofTwo = Object.fromEntries(more.map((size) => [size, []]))
  return {
    add(rates) {
      for (const size of more) {
        ofOne[size].push(rates[size] / rates[1])
        ofTwo[size].push(rates[size] / rates[2])
      }
    },
    columns: (variant) =>
      Object.fromEntries(
        more.flatMap((size) => [
          [`${variant}, ${size}`, median(ofOne[size])],
          ...(size > 2 ? [[`${size} of 2`, median(ofTwo[size])]] : []),
        ]),
      ),
  }
}
