/** One reading of the clock never serves two turns of the event loop, however long the process slept between them. */
import { expect, it } from 'vitest'
import { runProgram } from './support/program'

it('what expired while the process waited for an event is not served when it comes', () => {
  const { status, stdout, stderr } = runProgram(`
    const { Worker } = require('node:worker_threads')
    const { cache } = require('warp-cache')
    let runs = 0
    const cached = cache(() => ++runs, { ttl: 20 })
    const sleeper = new Worker(
      \`const { parentPort } = require('node:worker_threads')
      parentPort.once('message', (flag) => {
        Atomics.wait(flag, 0, 0, 300)
        parentPort.postMessage('slept')
      })\`,
      { eval: true },
    )
    sleeper.once('online', () => {
      setTimeout(() => {
        cached()
        sleeper.postMessage(new Int32Array(new SharedArrayBuffer(4)))
      }, 1)
    })
    sleeper.once('message', () => console.log(cached()))`)
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '2\n', stderr: '' })
})
