// What does a hit cost where the argument is a small object? It is built anew for each call, as callers do it,
// and the building is part of the time of every subject.

import { CAPACITY, LIVE, languages, numbers, strings, sumOf } from '../lib/keys.mjs'
import { nsPerHit } from '../lib/measure.mjs'
import { EVERY_PEER } from '../peers/index.mjs'

const ids = numbers()
const langs = Array.from({ length: LIVE }, repeated(languages()))
const names = strings()

const SWEEPS = {
  '{ id, lang }': (cached) => () => {
    let sum = 0
    for (let i = 0; i < LIVE; i++) sum += cached({ id: ids[i], lang: langs[i] })
    return sum
  },
  'five fields': (cached) => () => {
    let sum = 0
    for (let i = 0; i < LIVE; i++) {
      sum += cached({ id: ids[i], lang: langs[i], session: names[i], page: i & 7, admin: (i & 1) === 0 })
    }
    return sum
  },
  nested: (cached) => () => {
    let sum = 0
    for (let i = 0; i < LIVE; i++) {
      sum += cached({ id: ids[i], filter: { lang: langs[i], tags: ['new', names[i]], limit: 10 } })
    }
    return sum
  },
}

export default {
  name: 'hit-object',
  title: 'Hit, one object',
  unit: 'ns',
  baseline: 'lru-cache',
  subjects: EVERY_PEER,
  variants: Object.keys(SWEEPS),
  note: () => 'the object is built for each call, within the time',

  async run({ peer, variant, quick }) {
    let computed = 0
    const fn = (query) => {
      computed++
      return query.id
    }
    const cached = peer.wrap(fn, { shape: 'object', maxSize: CAPACITY })
    const hit = await nsPerHit({
      sweep: SWEEPS[variant](cached),
      calls: LIVE,
      expected: sumOf(LIVE, (i) => ids[i]),
      computed: () => computed,
      quick,
    })
    return { values: { [variant]: hit.ns }, spread: hit.spread }
  },
}

function repeated(items) {
  return (_, i) => items[i % items.length]
}
