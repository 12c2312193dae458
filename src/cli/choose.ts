/** Which file a name on the command line means: the full name of a cache, or a part of it that only one has. */
import type { SharedCache } from '../addon'
import { Failure, MISUSED, NOT_FOUND } from './failure'
import { bytes, columns, count, nameOf, printable, shortFile, stateOf } from './text'

/** The most caches that a message lists. */
const LISTED = 20

/** The one cache of that name, and of that file if several have the name. Throws what is needed to say which. */
export function choose(
  caches: readonly SharedCache[],
  name: string | undefined,
  file: string | undefined,
): SharedCache {
  if (name === undefined && file === undefined) {
    throw new Failure(MISUSED, 'usage', 'Say which cache: give its name, or a part of it, or --file.')
  }
  const inFile = caches.filter((cache) => file === undefined || cache.file.startsWith(file))
  const found = name === undefined ? inFile : named(inFile, name)
  if (found.length === 1) return found[0]
  const asked = [name === undefined ? '' : `'${printable(name)}'`, file === undefined ? '' : `--file ${file}`]
  const what = asked.filter((part) => part !== '').join(' with ')
  if (found.length === 0) throw missing(what, caches)
  const names = new Set(found.map(nameOf)).size
  const message =
    names > 1
      ? `${what} is a part of ${names} names. Give more of the one that is meant:`
      : `${found.length} files have the name '${nameOf(found[0])}'. Choose one with --file:`
  throw new Failure(NOT_FOUND, 'ambiguous', message, { caches: brief(found) }, described(found))
}

function missing(what: string, caches: readonly SharedCache[]): Failure {
  const rest = caches.length === 0 ? 'there is none at all.' : 'there are:'
  const message = `There is no shared cache for ${what}; ${rest}`
  return new Failure(NOT_FOUND, 'not-found', message, { caches: brief(caches) }, described(caches))
}

/** Those of that name, or else those with it in their names. */
function named(caches: readonly SharedCache[], name: string): SharedCache[] {
  const same = caches.filter((cache) => namesOf(cache).includes(name))
  return same.length > 0 ? same : caches.filter((cache) => hasInName(cache, name))
}

/** Whether text is a part of a cache's name. */
export const hasInName = (cache: SharedCache, text: string) =>
  namesOf(cache).some((name) => name.includes(text))

/** Its name as it is in the file, and as it was given to `cache`. */
const namesOf = ({ identity }: SharedCache) =>
  identity === undefined ? [] : [identity.name, plain(identity.name)]

/** What src/name.ts escaped, as it was. */
function plain(name: string): string {
  return name.replace(/%u([0-9A-F]{4})|%([0-9A-F]{2})/g, (_, long, short) =>
    String.fromCharCode(Number.parseInt(long ?? short, 16)),
  )
}

const brief = (caches: readonly SharedCache[]) =>
  caches.map(({ file, identity }) => ({ name: identity?.name ?? null, file }))

/** A list of them, with whatever tells those of one name apart. */
function described(caches: readonly SharedCache[]): string {
  if (caches.length === 0) return ''
  const told = OPTIONS.filter(([name]) => new Set(caches.map(({ identity }) => identity?.[name])).size > 1)
  const same = new Set(caches.map(nameOf)).size === 1
  const rows = caches.slice(0, LISTED).map((cache) => {
    const { identity, file } = cache
    const options = told.map(([name, show]) =>
      identity === undefined ? '' : `${name} ${show(identity[name] as never)}`,
    )
    return [nameOf(cache), shortFile(file), stateOf(cache), ...(same ? [options.join(', ')] : [])]
  })
  const table = columns(['NAME', 'FILE', 'STATE', ...(same ? ['OPTIONS'] : [])], rows)
  return caches.length > LISTED ? `${table}\nand ${caches.length - LISTED} more: warp-cache ls` : table
}

/** What makes a file another one. */
const OPTIONS = [
  ['maxSize', count],
  ['maxBytes', bytes],
  ['maxKeySize', count],
  ['maxValueSize', count],
  ['graceWindow', String],
  ['codec', printable],
] as const
