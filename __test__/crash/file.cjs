/** The file of a cache, seen from outside: who holds its first shard. Places are those of docs/file-format.md. */
'use strict'
const { fstatSync, openSync, readFileSync, readSync } = require('node:fs')
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
    this.inode = fstatSync(this.fd).ino
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

  /** The participant's number and process of an owner word. */
  participant(word) {
    const number = Number(word & 0xffffn) - 1
    const at = PARTICIPANTS_AT + number * PARTICIPANT_BYTES
    return { number, pid: Number(this.word(at + 8)), lives: this.word(at) === word >> 16n }
  }

  /** The word of a process, if it holds the first shard. */
  heldBy(pid) {
    const word = this.owner()
    if (word === 0n) return undefined
    const named = this.participant(word)
    return named.pid === pid && named.lives ? word : undefined
  }

  /** Whether the kernel still has the participant's byte locked. */
  isLocked(number) {
    const lock = new RegExp(`OFDLCK.* WRITE .*:${this.inode} ${number} ${number}$`, 'm')
    return lock.test(readFileSync('/proc/locks', 'utf8'))
  }
}

module.exports = { CacheFile, find }
