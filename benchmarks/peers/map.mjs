// A Map that grows for ever, in a wrapper written by hand: the floor for whatever keeps its promises with a Map.

import { cannot, handWritten } from '../lib/peer.mjs'

export default {
  name: 'Map',
  how: 'written by hand, no bound; two arguments in nested Maps, objects by JSON.stringify',
  features: {
    key: "your wrapper's",
    equalObjects: "your wrapper's",
    bound: 'none',
    ttl: 'no',
    undefinedValue: 'with `has`',
    failures: "your wrapper's",
    concurrent: 'if you store promises',
    decorator: 'no',
    statistics: 'no',
  },
  wrap(fn, { shape, ttl, evicts }) {
    if (ttl !== undefined) cannot('a Map has no TTL')
    if (evicts) cannot('a Map has no bound')
    return shape === 'two' ? nested(fn) : handWritten(new Map(), fn, shape)
  },
  wrapAsync: (fn) => handWritten(new Map(), fn, 'one'),
  store: () => new Map(),
}

function nested(fn) {
  const firsts = new Map()
  return (a, b) => {
    let seconds = firsts.get(a)
    if (seconds === undefined) {
      seconds = new Map()
      firsts.set(a, seconds)
    }
    const known = seconds.get(b)
    if (known !== undefined) return known
    const value = fn(a, b)
    seconds.set(b, value)
    return value
  }
}
