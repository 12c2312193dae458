/**
 * The memory of several processes together. Where Linux tells their proportional share (PSS), a page that n of them have
 * mapped counts once. Elsewhere each counts all of what it has, and what they share counts n times.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** How many bytes, and whether by share. */
export function memoryOf(pids) {
  try {
    return { bytes: sum(pids.map(proportional)), byShare: true }
  } catch {
    return { bytes: sum(pids.map(resident)), byShare: false }
  }
}

function proportional(pid) {
  const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))
  return 1024 * Number(kilobytes)
}

function resident(pid) {
  return 1024 * Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }))
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)
