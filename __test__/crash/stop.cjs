/** Stops a process in the middle of a write. */
'use strict'
const assert = require('node:assert')
const { setTimeout: pause } = require('node:timers/promises')
const { SharedFiles, random } = require('./values.cjs')
const { isIn, signal } = require('./family.cjs')

/** How often somebody is stopped in vain, before another is taken. */
const TRIES = 100

/** Stops a process when it holds the first shard: the word that says so. It is not stopped if there is none. */
async function catchOwner(file, one) {
  for (let tries = 0; tries < TRIES; tries++) {
    signal(one, 'SIGSTOP')
    assert(await isIn(one.pid, 'T'), 'it has died by itself')
    const word = file.heldBy(one.pid)
    if (word !== undefined) return word
    signal(one, 'SIGCONT')
    // So that it comes to somewhere else.
    await pause(1 + random(4))
  }
  return undefined
}

/** Whether it was stopped as an owner: then for so long, in which nobody robbed it, and others skipped their writes. */
async function stopOwner(file, one, ms) {
  const word = await catchOwner(file, one)
  if (word === undefined) return false
  const skipped = () => SharedFiles.counts(file.file).skippedWrites
  const before = skipped()
  for (const end = performance.now() + ms; performance.now() < end; ) {
    assert.strictEqual(file.owner(), word, 'a living owner was robbed')
    await pause(5)
  }
  assert(skipped() > before, 'nobody skipped a write')
  assert.strictEqual(file.owner(), word, 'a living owner was robbed')
  signal(one, 'SIGCONT')
  return true
}

module.exports = { catchOwner, stopOwner }
