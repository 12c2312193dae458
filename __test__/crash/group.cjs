/** A control group with a limit of memory, which goes with this process; undefined where none can be made. */
'use strict'
const { existsSync, mkdirSync, rmdirSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

/** Enough for a process that has just begun, and soon filled by who wants to die of it. */
const BYTES = 96 * 2 ** 20
/** Where groups are, and what their limit is called, in the first and second version. */
const KINDS = [
  ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
  ['/sys/fs/cgroup', 'memory.max'],
]

function make(base, limit) {
  if (!existsSync(base)) return undefined
  const group = join(base, `warp-cache-crash-${process.pid}`)
  try {
    mkdirSync(group)
  } catch {
    return undefined
  }
  process.once('exit', () => rmdirSync(group))
  try {
    writeFileSync(join(group, limit), String(BYTES), { flag: 'r+' })
    return group
  } catch {
    return undefined
  }
}

let group
for (const [base, limit] of KINDS) group ??= make(base, limit)

module.exports = { group }
