// What each member of a crew does: cold hits of 64 B strings, and writes among them if the case says so. It begins
// somewhere else in the same list of keys, so that they do not walk in step.

import { CAPACITY, numbers, stringSource, sumOf } from './keys.mjs'
import { WrongResult } from './measure.mjs'
import { text } from './values.mjs'

const LENGTH = 64

/**
 * @param outside - the options of the peer that say where entries are.
 * @param oneKey - whether all hits are of one key.
 * @param writes - one call in so many is a write, where the subject can; 0: none.
 */
export function coldLoop({ peer, outside, oneKey, writes, number, size }) {
  const ids = numbers()
  const known = stringSource(ids).fill([])
  const shift = Math.floor((number * known.length) / size)
  const keys = known.map((_, i) => (oneKey ? known[0] : known[(i + shift) % known.length]))
  const textOf = new Map(known.map((key, i) => [key, text(ids[i], LENGTH)]))
  const cached = peer.wrap((key) => textOf.get(key), { shape: 'one', maxSize: CAPACITY, ...outside })
  const fill = () => {
    for (const key of known) {
      if (cached(key) !== textOf.get(key)) throw new WrongResult(`wrong value of ${key}`)
    }
  }
  const read = () => sumOf(keys.length, (i) => cached(keys[i]).length)
  const sweep = writes === 0 || cached.cacheSet === undefined ? read : mixed(cached, keys, textOf, writes)
  const checked = () => {
    const sum = sweep()
    if (sum !== keys.length * LENGTH) throw new WrongResult(`results add up to ${sum}`)
  }
  return { fill, sweep: checked, calls: keys.length }
}

function mixed(cached, keys, textOf, each) {
  return () => {
    let sum = 0
    for (let i = 0; i < keys.length; i++) {
      if (i % each === 0) {
        const value = textOf.get(keys[i])
        cached.cacheSet([keys[i]], value)
        sum += value.length
      } else sum += cached(keys[i]).length
    }
    return sum
  }
}
