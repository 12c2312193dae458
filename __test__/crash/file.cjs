/** The file of a cache, seen from outside: who holds its first shard. Places are those of docs/file-format.md. */
'use strict'
const { openSync, readSync } = require('node:fs')
const { join } = require('node:path')
const { SharedFiles } = require('./values.cjs')

const PARTICIPANTS_AT = 4_096
const PARTICIPANT_BYTES = 64
const OWNERS_AT = 29_184

/** The cache of this name, as the package lists it. */
function find(name) {
  const found = SharedFiles.caches().find(({ identity }) => identity?.name === name)
  if (found === undefined) throw new Error(`there is no cache ${name}`)
  return found.file
}

class CacheFile {
  constructor(name) {
    this.file = find(name)
    this.fd = openSync(join(SharedFiles.directory(), this.file))
  }

  word(at) {
    const bytes = Buffer.alloc(8)
    readSync(this.fd, bytes, 0, 8, at)
    return bytes.readBigUInt64LE()
  }

  /** The word of whoever holds the first shard; 0n: nobody does. */
  owner() {
    return this.word(OWNERS_AT)
  }

  /** The word of a process, if it holds the first shard. */
  heldBy(pid) {
    const word = this.owner()
    if (word === 0n) return undefined
    // It names the participant, and the generation of whoever has that place.
    const at = PARTICIPANTS_AT + (Number(word & 0xffffn) - 1) * PARTICIPANT_BYTES
    return this.word(at) === word >> 16n && Number(this.word(at + 8)) === pid ? word : undefined
  }

  /** Whether the kernel still has the byte of this process's participant locked. */
  isLockedBy(pid) {
    return SharedFiles.caches().some(({ file, processes }) => file === this.file && processes.includes(pid))
  }
}

module.exports = { CacheFile, find }
