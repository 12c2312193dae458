/** Runs programs on machines that are made for them: other file systems, users, clocks. */
import { spawnSync } from 'node:child_process'
import { DEADLINE_MS, type Ending, runBehind } from './program'

/** How a program ended; a text says why there is no such machine here. */
export type Elsewhere = Ending | string

/** Runs a program in namespaces of its own, after `commands` have changed the file systems. */
export function runWhere(commands: string, env: Record<string, string>, source: string): Elsewhere {
  return runUnder(['unshare', '-rm', 'sh', '-c', `set -e; ${commands}; exec "$@"`, 'sh'], env, source)
}

/** Runs a program behind the words of a command, if that command works. */
export function runUnder(behind: readonly string[], env: Record<string, string>, source: string): Elsewhere {
  const [command, ...words] = behind
  const { status, stderr, error } = spawnSync(command, [...words, 'true'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  })
  if (status !== 0) return `not here: ${command}: ${error?.message ?? stderr.trim()}`
  return runBehind(behind, env, DEADLINE_MS, source)
}
