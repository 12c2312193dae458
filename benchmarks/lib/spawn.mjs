// Starts one child for one measurement and waits for its line of JSON. Each finds no shared cache, and leaves none: it
// has a directory of its own for their files, in one of the run's.

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runDirectory } from './directory.mjs'

const CHILD = fileURLToPath(new URL('../child.mjs', import.meta.url))
const LIMIT_MS = 120_000
const FLAGS = ['--expose-gc', '--max-old-space-size=4096']

export function measureInChild(order, implementation) {
  const files = mkdtempSync(join(runDirectory(), 'child-'))
  const env = { ...process.env, WARP_CACHE_BENCH_IMPL: implementation, WARP_CACHE_DIR: files }
  const child = spawn(process.execPath, [...FLAGS, CHILD, JSON.stringify(order)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      rmSync(files, { recursive: true, force: true })
      if (code === 0) resolve(JSON.parse(out.trim().split('\n').at(-1)))
      else if (signal !== null) resolve({ failed: `failed: stopped after ${LIMIT_MS / 1_000} s` })
      else resolve({ failed: `failed: ${lastError(err)}` })
    })
  })
}

/** The line that names the error, out of what Node prints for one that nobody caught. */
function lastError(text) {
  return text.split('\n').find((line) => /^\w*Error\b/.test(line)) ?? text.trim().split('\n').at(-1)
}
