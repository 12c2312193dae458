/** Runs programs of several processes over shared caches, whose files are in a directory of their own. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { DEADLINE_MS, type Ending, runIn } from './program'

/** Where shared caches are, on a file system like the one that they are made for where there is one. */
export const cacheDirectory = realpathSync(mkdtempSync(join(base(), 'warp-cache-spec-')))

afterAll(() => rmSync(cacheDirectory, { recursive: true, force: true }))

function base(): string {
  try {
    return realpathSync('/dev/shm')
  } catch {
    return tmpdir()
  }
}

/**
 * Runs a program: `main` in its first process, `work` in those that it forks. Both know `make`, which caches a function
 * for all processes. `main` knows `start(...args)`, which forks one: `ask` sends it a message and gives its answer,
 * `ready` is what it says first, `ended` how it ends. `work` knows `serve(answer)` and `args`.
 */
export function runProcesses(
  main: string,
  work: string,
  env: Record<string, string> = {},
  timeout = DEADLINE_MS,
): Ending {
  return runIn(
    { WARP_CACHE_DIR: cacheDirectory, ...env },
    timeout,
    `
    'use strict'
    const assert = require('node:assert')
    const { fork } = require('node:child_process')
    const { cache, createCache, Backend } = require('warp-cache')
    const args = process.argv.slice(3).map((arg) => JSON.parse(arg))
    const make = (fn, options) => cache(fn, { backend: 'shared', name: 'shared', ...options })
    /** What is wrong with the table of these options; null if nothing is. */
    function verify({ name, maxSize, maxBytes }) {
      const { CachedFunction, Scratch } = require(require.resolve('warp-cache').replace(/dist.*/, 'index.js'))
      const rest = { maxKeySize: 512, maxValueSize: 65_536, graceWindow: 0.05, codec: 'structured 1', shared: true }
      const handle = new CachedFunction(new Scratch(), { name, maxSize, maxBytes, ...rest })
      assert(handle.info().currentSize > 0, 'that is another table')
      return handle.verify()
    }
    function start(...args) {
      const child = fork(__filename, ['work', ...args.map((arg) => JSON.stringify(arg))], { serialization: 'advanced' })
      const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
      const failed = ended.then((how) => { throw new Error('it ended with ' + how) })
      failed.catch(() => {})
      const answer = () => Promise.race([new Promise((resolve) => child.once('message', resolve)), failed])
      const ask = (message) => {
        const answered = answer()
        child.send(message)
        return answered
      }
      const ready = answer()
      ready.catch(() => {})
      return { child, ask, ready, ended }
    }
    function serve(answer) {
      process.on('message', async (message) => process.send(await answer(message)))
      process.send('ready')
    }
    async function main() {${main}}
    async function work() {${work}}
    if (process.argv[2] === 'work') work()
    else main().then(() => { console.log('done'); process.exit() })`,
  )
}
