/**
 * What a store holds under a key: the result inside an object, so that `undefined` can be held, also by a store that
 * writes JSON. The object repeats the whole key: a store that confuses keys (one that folds case, cuts long keys, or
 * hashes them) causes misses, never another key's value.
 */
import { NEVER } from '../expiry'

/** The names are short because stores write them out with every entry. */
export interface Envelope {
  /** The key. */
  readonly k: string
  /** The result; missing in JSON if it was `undefined`. */
  readonly v?: unknown
  /** The function returned a promise of the result. */
  readonly p?: 1
  /** When it expires, in milliseconds of the cache's clock; missing: never. */
  readonly e?: number
}

/** What stands in place of an entry in a store that cannot delete. */
export const NO_ENVELOPE = Object.freeze({})

export function sealed(key: string, value: unknown, promised = false, expiresAt = NEVER): Envelope {
  return {
    k: key,
    v: value,
    ...(promised ? { p: 1 } : undefined),
    ...(expiresAt === NEVER ? undefined : { e: expiresAt }),
  }
}

/** What a store gave for a key, if it is the envelope of that key. */
export function opened(found: unknown, key: string): Envelope | undefined {
  if (typeof found !== 'object' || found === null) return undefined
  try {
    const { k, p, e } = found as Partial<Envelope>
    const sound = k === key && (p === undefined || p === 1) && (e === undefined || typeof e === 'number')
    return sound ? (found as Envelope) : undefined
  } catch {
    return undefined
  }
}

/** The result as the function would return it. */
export function resultIn({ v, p }: Envelope): unknown {
  return p === 1 ? Promise.resolve(v) : v
}
