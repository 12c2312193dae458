/** What a campaign leaves on the machine: its directory, and its control group. Whoever is the last of it removes both. */
'use strict'
const { rmSync, rmdirSync } = require('node:fs')

function remove() {
  const { WARP_CACHE_DIR, MEMORY_GROUP } = process.env
  unlessUsed(() => rmSync(WARP_CACHE_DIR, { recursive: true, force: true }))
  if (MEMORY_GROUP !== undefined) unlessUsed(() => rmdirSync(MEMORY_GROUP))
}

/** Somebody may still use it, or have removed it first. */
function unlessUsed(act) {
  try {
    act()
  } catch (error) {
    if (!['EBUSY', 'ENOENT', 'ENOTEMPTY'].includes(error.code)) throw error
  }
}

module.exports = { remove }
