/** Starts participants and tells how they end. While it is stopped, those who have died stay zombies. */
'use strict'
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { resolve } = require('node:path')
const { remove } = require('./leavings.cjs')

/** What a process may have on its own heap, in MiB: enough, and soon filled by who wants to die of it. */
const HEAP = '--max-old-space-size=64'
const children = new Set()

let isOver = false

function tell(what) {
  if (!isOver && process.connected) process.send(what, () => {})
}

function start({ id, program, task }) {
  const args = [HEAP, resolve(__dirname, program), JSON.stringify(task)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'pipe'] })
  children.add(child)
  let text = ''
  child.stderr.on('data', (data) => {
    text = (text + data).slice(-4_000)
  })
  child.once('close', (code, signal) => {
    children.delete(child)
    tell({ id, ended: signal ?? code, text })
  })
  tell({ id, pid: child.pid })
}

/** If whoever has started this is gone, he could not remove what was still in use. */
async function end() {
  isOver = true
  const ended = [...children].map((child) => once(child, 'close'))
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(ended)
  if (!process.connected) remove()
  process.exit()
}

process.on('message', (message) => (message === 'end' ? end() : start(message)))
process.once('disconnect', end)
// They are for whoever has started this.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => {})
