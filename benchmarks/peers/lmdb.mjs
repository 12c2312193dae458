// lmdb, the other store that keeps values outside V8's heap and shares them between threads: opened as for a
// cache, on memory, with nothing that only durability needs. It has no bound and evicts nothing.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { cannot } from '../lib/peer.mjs'

const MEMORY = '/dev/shm'
const MAP_BYTES = 2 ** 31

export default {
  name: 'lmdb',
  package: 'lmdb',
  how: 'written by hand around get and putSync; on /dev/shm, without syncs; strings as such, objects by its msgpack with shared structures',

  wrap(fn, { shape, ttl, evicts, values }) {
    if (shape !== 'one') cannot('one primitive only')
    if (ttl !== undefined) cannot('lmdb has no TTL')
    if (evicts) cannot('lmdb has no bound')
    const db = openDatabase(values)
    return (key) => {
      const known = db.get(key)
      if (known !== undefined) return known
      const value = fn(key)
      db.putSync(key, value)
      return value
    }
  },

  store({ values }) {
    const db = openDatabase(values)
    return {
      get: (key) => db.get(key),
      // Within a transaction this is the write itself; outside of one it would be queued.
      set: (key, value) => db.put(key, value),
      batch: (work) => db.transactionSync(work),
    }
  },
}

function openDatabase(values) {
  const path = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'warp-cache-bench-lmdb-'))
  process.on('exit', () => rmSync(path, { recursive: true, force: true }))
  const how = values === 'object' ? { sharedStructuresKey: Symbol.for('structures') } : { encoding: 'string' }
  return open({ path, mapSize: MAP_BYTES, noSync: true, noMemInit: true, ...how })
}
