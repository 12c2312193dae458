/** A copy of the repository in which files can be broken. What has not changed since the last time is left as it is, or all would be compiled again. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** Of what is not in git: what `make build` makes, and tests load. */
const BUILT = /^index\.(js|d\.ts)$|\.node$/

/** Makes `to` hold the files of the repository at `from`, and those only. */
export function copyTo(from, to) {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: from,
    encoding: 'utf8',
  })
  const built = readdirSync(from).filter((name) => BUILT.test(name))
  const files = [...listed.split('\0').filter(Boolean), ...built].filter((file) => isFile(join(from, file)))
  mkdirSync(to, { recursive: true })
  for (const old of filesIn(to)) if (!files.includes(old)) rmSync(join(to, old))
  for (const file of files) {
    const [source, target] = [join(from, file), join(to, file)]
    const bytes = readFileSync(source)
    if (existsSync(target) && readFileSync(target).equals(bytes)) continue
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, bytes, { mode: statSync(source).mode })
  }
  const modules = join(to, 'node_modules')
  if (!existsSync(modules)) symlinkSync(join(from, 'node_modules'), modules)
}

function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function filesIn(directory, prefix = '') {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return filesIn(join(directory, entry.name), `${prefix}${entry.name}/`)
    return entry.isFile() ? [prefix + entry.name] : []
  })
}
