// Python 3, for the subjects that are written in it, and their packages in a virtual environment beside the benchmarks:
// made by the first measurement that wants it. Where there is no Python, or no package for it, the reason is given.

import { execFile } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cannot } from './peer.mjs'

const run = promisify(execFile)
const FOLDER = fileURLToPath(new URL('../python', import.meta.url))
const ENVIRONMENT = join(FOLDER, '.venv')
const REQUIREMENTS = join(FOLDER, 'requirements.txt')
/** What is installed in the environment: written when all of it is. */
const INSTALLED = join(ENVIRONMENT, 'installed.txt')
const INSTALL_MS = 90_000

/** What a script of ours printed last, run by that environment's Python. */
export async function runScript(name, args) {
  await install()
  return lastLine(await run(join(ENVIRONMENT, 'bin', 'python'), [join(FOLDER, name), ...args.map(String)]))
}

/** The same, of a script that needs no package: any Python 3 does. */
export async function runPlainScript(name, args) {
  await python(['--version'])
  return lastLine(await python([join(FOLDER, name), ...args.map(String)]))
}

async function install() {
  const wanted = readFileSync(REQUIREMENTS, 'utf8')
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return
  rmSync(ENVIRONMENT, { recursive: true, force: true })
  await python(['-m', 'venv', ENVIRONMENT])
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:']
  try {
    await run(join(ENVIRONMENT, 'bin', 'python'), [...pip, '--requirement', REQUIREMENTS], {
      timeout: INSTALL_MS,
    })
  } catch (error) {
    cannot(`${wanted.trim()} could not be installed (${reasonOf(error)})`)
  }
  writeFileSync(INSTALLED, wanted)
}

async function python(args) {
  try {
    return await run('python3', args)
  } catch (error) {
    return cannot(error.code === 'ENOENT' ? 'no Python 3 on this machine' : `python3: ${reasonOf(error)}`)
  }
}

const lastLine = ({ stdout }) => stdout.trim().split('\n').at(-1)

const reasonOf = ({ stderr, message }) => (stderr || message).trim().split('\n').at(-1)
