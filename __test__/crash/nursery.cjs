/** Starts participants and tells how they end. While it is stopped, those who have died stay zombies. */
'use strict'
const { spawn } = require('node:child_process')
const { resolve } = require('node:path')

/** What a process may have on its own heap, in MiB: enough, and soon filled by who wants to die of it. */
const HEAP = '--max-old-space-size=64'
const children = new Set()

/** Unless nobody listens any more. */
function tell(what) {
  if (process.connected) process.send(what, () => {})
}

process.on('message', ({ id, program, task }) => {
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
})

process.once('disconnect', () => {
  for (const child of children) child.kill('SIGKILL')
  process.exit()
})
