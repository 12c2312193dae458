/** Starts participants and tells how they end. While it is stopped, those who have died stay zombies. */
'use strict'
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { rmSync } = require('node:fs')
const { resolve } = require('node:path')

/** What a process may have on its own heap, in MiB: enough, and soon filled by who wants to die of it. */
const HEAP = '--max-old-space-size=64'
const children = new Set()

/** Unless nobody listens any more. */
function tell(what) {
  if (process.connected) process.send(what, () => {})
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

async function end() {
  const ended = [...children].map((child) => once(child, 'close'))
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(ended)
}

process.on('message', async (message) => {
  if (message !== 'end') return start(message)
  await end()
  process.exit()
})

// Whoever has started this is gone, and has left the directory to those who may still use it.
process.once('disconnect', async () => {
  await end()
  rmSync(process.env.WARP_CACHE_DIR, { recursive: true, force: true, maxRetries: 10 })
  process.exit()
})

// They are for whoever has started this.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => {})
