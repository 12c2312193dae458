/** What the user is told once, since it does not fail: results that cannot be stored, or not be read, or no table. */
import { show } from '../mistakes'

/** A result is of a kind that cannot be stored. */
export function warnOfUnstorable(name: string, problem: string): void {
  warn(
    'WARP_CACHE_UNSTORABLE',
    `A result of the cache '${name}' cannot be stored outside of this isolate's heap: ${problem}. Its caller gets it, ` +
      'and it is computed anew each time. Further ones are counted as `unstorable` and not reported.',
  )
}

/** What is stored cannot be read. */
export function warnOfDamage(name: string, problem: string): void {
  warn(
    'WARP_CACHE_CODEC',
    `A value in the cache '${name}' could not be decoded: ${problem}. It is computed anew. Further ones are not ` +
      'reported.',
  )
}

/** There is no table. */
export function warnOfDetachment(name: string, problem: string): void {
  warn(
    'WARP_CACHE_DETACHED',
    `The cache '${name}' has no table: ${problem}. Results are computed each time, and counted as \`detached\`.`,
  )
}

/** Bytes of its file were wrong. */
export function warnOfCorruption(name: string, problem: string): void {
  warn(
    'WARP_CACHE_CORRUPT',
    `The file of the cache '${name}' is damaged: ${problem}. It is not used any more, and a new one is begun. Further ` +
      'ones are not reported.',
  )
}

/** Too many processes or threads use its file. */
export function warnOfCrowd(name: string, lack: 'write' | 'count'): void {
  warn(
    'WARP_CACHE_CROWDED',
    lack === 'write'
      ? `The cache '${name}' is used by too many processes for this one to store anything: it finds what others store, ` +
          'and tries again every ten seconds.'
      : `The cache '${name}' is used by too many threads to count what this one does: \`cacheInfo()\` is without it.`,
  )
}

function warn(code: string, message: string): void {
  process.emitWarning(message, { type: 'WarpCacheWarning', code })
}

/** The message of an error, whatever was thrown for one. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return show(error)
  const message: unknown = Object.getOwnPropertyDescriptor(error, 'message')?.value
  return typeof message === 'string' ? message : 'an error without a message'
}
