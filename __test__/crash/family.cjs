/** The processes of a campaign: who lives, what they say, how they are killed, and how they end. */
'use strict'
const assert = require('node:assert')
const { fork, spawnSync } = require('node:child_process')
const { EventEmitter, once } = require('node:events')
const { readFileSync, readdirSync } = require('node:fs')
const { resolve } = require('node:path')
const { createInterface } = require('node:readline')
const { setTimeout: pause } = require('node:timers/promises')

const nurseries = new Set()
// Whoever is stopped could not end with this process, and clean up.
process.once('exit', () => {
  for (const nursery of nurseries) nursery.go()
})

/** Emits each line that a process of it has said, as words. */
class Nursery extends EventEmitter {
  #processes = new Map()
  #ids = 0

  constructor() {
    super()
    this.child = fork(resolve(__dirname, 'nursery.cjs'), { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    this.child.on('message', ({ id, pid, ended, text }) => {
      const one = this.#processes.get(id)
      if (pid === undefined) {
        this.#processes.delete(id)
        one.pid = 0
        one.emit('end', ended, text)
      } else {
        one.pid = pid
        one.emit('start')
      }
    })
    nurseries.add(this)
    createInterface({ input: this.child.stdout }).on('line', (line) => this.emit('said', line.split(' ')))
  }

  /** A process, which emits `start` and `end`; `pid` is 0 before and after. */
  start(program, task) {
    const one = Object.assign(new EventEmitter(), { pid: 0, nursery: this, task })
    const id = ++this.#ids
    this.#processes.set(id, one)
    this.child.send({ id, program, task })
    return one
  }

  async stop() {
    this.child.kill('SIGSTOP')
    await isIn(this.child.pid, 'T')
  }

  go() {
    this.child.kill('SIGCONT')
  }

  /** Ends with all of its processes; what they have shared stays. */
  async end() {
    this.go()
    const ended = once(this.child, 'exit')
    this.child.send('end')
    await ended
    nurseries.delete(this)
  }
}

/** Sends a signal to a process of a nursery. Process numbers of 0 and less stand for many, this one among them. */
function signal(one, name) {
  assert(Number.isInteger(one.pid) && one.pid > 1, `${name} to process ${one.pid}`)
  process.kill(one.pid, name)
}

/** The states of all threads of a process, or of the whole where that is all there is to see; empty if it is gone. */
function states(pid) {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
    return stdout.trim().slice(0, 1).split('')
  }
  const threads = unlessGone(() => readdirSync(`/proc/${pid}/task`)) ?? []
  const stats = threads.map((thread) =>
    unlessGone(() => readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')),
  )
  return stats.filter(Boolean).map((stat) => stat.replace(/.*\) /s, '').charAt(0))
}

/** What is read; undefined if the process or thread is gone. */
function unlessGone(read) {
  try {
    return read()
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined
    throw error
  }
}

/** Waits until all threads of a process are in this state, or it is gone: whether they are. */
async function isIn(pid, state) {
  for (;;) {
    const found = states(pid)
    if (found.length === 0) return false
    if (found.every((each) => each === state)) return true
    await pause(1)
  }
}

module.exports = { Nursery, isIn, signal }
