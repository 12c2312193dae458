/** A control group with a limit of memory, which goes with the directory; undefined where none can be made. */
'use strict'
const { existsSync, mkdirSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

/** Enough for a process that has just begun, and soon filled by who wants to die of it. */
const BYTES = 96 * 2 ** 20
/** Where groups are, and what their limit is called, in the first and second version. */
const KINDS = [
  ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
  ['/sys/fs/cgroup', 'memory.max'],
]

/** Whether a group could be made there, with a limit. */
function make(base, limit) {
  const group = join(base, `warp-cache-crash-${process.pid}`)
  if (!existsSync(base)) return false
  try {
    mkdirSync(group)
    process.env.MEMORY_GROUP = group
    writeFileSync(join(group, limit), String(BYTES), { flag: 'r+' })
    return true
  } catch {
    return false
  }
}

const made = KINDS.some(([base, limit]) => make(base, limit))

module.exports = { group: made ? process.env.MEMORY_GROUP : undefined }
