/** Runs npm, Node and TypeScript as a user would, in a directory of its own; a failure carries all that was printed. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** Runs npm and returns what it wrote to standard output. */
export function npm(args: readonly string[], cwd = root): string {
  // npm is a script, which Windows can only start through its shell; none of the arguments has anything to quote.
  return run('npm', args, cwd, process.platform === 'win32')
}

/** Runs `file` in `directory`, with `source` in it if that is given, and returns what it wrote to standard output. */
export function node(directory: string, file: string, source?: string): string {
  if (source !== undefined) writeFileSync(join(directory, file), source)
  return run(process.execPath, [file], directory)
}

/** Runs the compiler that is installed here under the given name. */
export function tsc(installedAs: string, directory: string, args: readonly string[] = []): string {
  return run(process.execPath, [join(root, 'node_modules', installedAs, 'bin/tsc'), ...args], directory)
}

function run(command: string, args: readonly string[], cwd: string, shell = false): string {
  // The settings of the npm that started this run are not those of the project that it is run in.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, shell, encoding: 'utf8' })
  if (error !== undefined) throw error
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} exited with ${status}:\n${stdout}\n${stderr}`)
  return stdout
}
