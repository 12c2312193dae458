/** What each command that looks once does: gives what it found, as data and as text, or throws a `Failure`. */
import type { SharedCache, SharedFiles, SharedReport } from '../addon'
import { choose } from './choose'
import { allOf } from './counts'
import { DAMAGED, DONE, Failure, IN_USE, NOT_FOUND, UNUSABLE } from './failure'
import { bytes, columns, count, nameOf, percent, printable, shortFile, stateOf } from './text'

/** What a command came to. */
export interface Outcome {
  /** For `--json`. */
  readonly data: unknown
  readonly text: string
  readonly exitCode?: number
}

/** Which cache is meant. */
export interface Which {
  readonly name: string | undefined
  readonly file: string | undefined
}

/** How often somebody who holds a cache is waited for, and how long each time, in milliseconds. */
const TRIES = 20
const PAUSE = 100

export function ls(files: SharedFiles): Outcome {
  const directory = files.directory()
  const caches = sorted(files.caches())
  if (caches.length === 0)
    return { data: { directory, caches: [] }, text: `No shared caches in ${directory}.` }
  const rows = caches.map((cache) => [
    nameOf(cache),
    shortFile(cache.file),
    cache.identity === undefined ? '-' : count(cache.identity.maxSize),
    cache.identity === undefined ? '-' : bytes(cache.identity.bound),
    bytes(cache.allocated),
    String(cache.processes.length),
    stateOf(cache),
  ])
  return {
    data: { directory, caches: caches.map(dataOf) },
    text: columns(['NAME', 'FILE', '>MAX SIZE', '>MAX BYTES', '>ON DISK', '>PROCESSES', 'STATE'], rows),
  }
}

export function stats(files: SharedFiles, which: Which): Outcome {
  const cache = find(files, which)
  const counts = files.counts(cache.file)
  if (counts === null || cache.identity === undefined) throw unreadable(cache)
  const { identity, processes } = cache
  const all = allOf(counts)
  const { ratio, ...numbers } = all
  const rows = [
    ['name', nameOf(cache)],
    ['file', cache.file],
    ['state', stateOf(cache)],
    ['processes', processes.length === 0 ? '-' : processes.join(', ')],
    ['codec', printable(identity.codec)],
    ['entries', `${count(counts.entries)} of ${count(identity.maxSize)}`],
    ['bytes', `${bytes(counts.bytes)} of ${bytes(identity.bound)}`],
    ['on disk', bytes(cache.allocated)],
    ['hit ratio', percent(ratio)],
    ...Object.entries(numbers).map(([name, number]) => [name, count(number)]),
  ]
  return {
    data: { ...dataOf(cache), entries: counts.entries, bytes: counts.bytes, ...all },
    text: columns([], rows),
  }
}

export function clear(files: SharedFiles, which: Which): Outcome {
  const cache = find(files, which)
  const entries = files.counts(cache.file)?.entries ?? 0
  if (!files.clear(cache.file)) throw unreadable(cache)
  return {
    data: { ...brief(cache), entries },
    text: `Cleared '${nameOf(cache)}': ${count(entries)} entries, for every process.`,
  }
}

export function rm(files: SharedFiles, which: Which): Outcome {
  const cache = find(files, which)
  const removed = files.remove(cache.file)
  if (removed === 'missing') throw gone(cache)
  if (removed === 'used') {
    const who = cache.processes.length === 0 ? 'others' : `process ${cache.processes.join(', ')}`
    throw new Failure(
      IN_USE,
      'in-use',
      `'${nameOf(cache)}' (${shortFile(cache.file)}) is in use by ${who}. To empty it: warp-cache clear.`,
      { ...brief(cache), processes: cache.processes },
    )
  }
  return { data: brief(cache), text: `Removed '${nameOf(cache)}' (${shortFile(cache.file)}).` }
}

export async function verify(files: SharedFiles, which: Which): Promise<Outcome> {
  const cache = find(files, which)
  const retired = 'it was found damaged before, and goes when its users have left'
  const report = cache.isRetired ? { damage: retired, entries: 0, bytes: 0 } : await checked(files, cache)
  const { damage = null, entries } = report
  const found = { ...brief(cache), sound: damage === null, damage }
  if (damage !== null)
    return { data: found, text: `'${nameOf(cache)}' is damaged: ${damage}.`, exitCode: DAMAGED }
  return {
    data: { ...found, entries, bytes: report.bytes },
    text: `'${nameOf(cache)}' is sound: ${count(entries)} entries, ${bytes(report.bytes)}.`,
    exitCode: DONE,
  }
}

async function checked(files: SharedFiles, cache: SharedCache): Promise<SharedReport> {
  for (let tries = 0; tries < TRIES; tries++) {
    const report = files.verify(cache.file)
    if (report === null) throw unreadable(cache)
    if (!report.isBusy) return report
    await new Promise((resolve) => setTimeout(resolve, PAUSE))
  }
  throw new Failure(
    IN_USE,
    'busy',
    `Nothing can be said of '${nameOf(cache)}': another process holds a part of it, or too many use it.`,
    brief(cache),
  )
}

function find(files: SharedFiles, { name, file }: Which): SharedCache {
  return choose(sorted(files.caches()), name, file)
}

/** Why a file that is there cannot be opened, or what has become of it meanwhile. */
function unreadable(cache: SharedCache): Failure {
  const why =
    cache.layoutVersion === undefined
      ? 'it is no cache, or a damaged one'
      : cache.identity === undefined
        ? `it has layout ${cache.layoutVersion}, of another version of warp-cache, or is damaged`
        : cache.isRetired
          ? 'it was found damaged, and goes when its users have left'
          : 'it was made before the machine was started, or in another time namespace'
  if (cache.identity !== undefined && cache.isCurrent && !cache.isRetired) return gone(cache)
  const message = `${shortFile(cache.file)} cannot be used here: ${why}. To remove it: warp-cache rm --file ${shortFile(cache.file)}`
  return new Failure(UNUSABLE, 'unreadable', message, brief(cache))
}

const gone = (cache: SharedCache) =>
  new Failure(
    NOT_FOUND,
    'not-found',
    `'${nameOf(cache)}' (${shortFile(cache.file)}) has just been removed.`,
    brief(cache),
  )

const brief = ({ file, identity }: SharedCache) => ({ name: identity?.name ?? null, file })

function dataOf({ file, identity, layoutVersion, idle, ...rest }: SharedCache) {
  const { name = null, bound = null, ...options } = identity ?? {}
  return {
    name,
    file,
    layoutVersion: layoutVersion ?? null,
    ...rest,
    idleMs: idle,
    boundBytes: bound,
    options,
  }
}

function sorted(caches: SharedCache[]): SharedCache[] {
  const key = ({ identity, file }: SharedCache) => `${identity?.name ?? '\uFFFF'}\n${file}`
  return caches.sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
