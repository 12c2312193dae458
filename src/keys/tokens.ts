/**
 * The alphabet of keys. A key is a list of arguments written as tokens: a primitive stands for itself, a structure is
 * a tag followed by its parts. Each tag fixes how many parts follow, so no key is the beginning of another, and tags
 * are objects of this module, so no string or number of a caller can be mistaken for one.
 */

/** Marks what is not a primitive of the caller's. Compared by identity only. */
export class Tag {
  /** @param kind - what the tag announces. @param count - how many parts follow it, where the tag fixes that. */
  constructor(
    readonly kind: string,
    readonly count = 0,
  ) {}
}

/** The property names of a plain object, interned per cached function: the tag of such objects. */
export class Shape {
  /**
   * @param names - the property names, in the order of the first such object. The values follow the tag in this order.
   * @param bare - whether the objects have no prototype.
   */
  constructor(
    readonly names: readonly string[],
    readonly bare: boolean,
  ) {}
}

/** One step of a key; a primitive is a value of the caller's. */
export type Token = string | number | bigint | boolean | symbol | null | undefined | Tag | Shape

/** A key of two tokens or more, in order. */
export type Tokens = readonly Token[]

/** A whole key: one token, or a list of at least two. (No token is an array, so the two cannot be confused.) */
export type Key = Token | Tokens

/** Longer keys are refused: an object that shares its parts can spell out to more tokens than there is memory. */
export const MAX_TOKENS = 1_000_000

// Map and === hold 0 and -0 to be one value, and === holds NaN to be none: as keys, the three are tags.
export const ZERO = new Tag('zero')
export const NEGATIVE_ZERO = new Tag('negative zero')
export const NAN = new Tag('NaN')

/** Never part of a key: where there is none. */
export const NONE = new Tag('none')

export const HOLE = new Tag('hole')
export const DATE = new Tag('Date', 1)
/** Source, flags, lastIndex. */
export const REGEXP = new Tag('RegExp', 3)
/** A count, then that many names and values: an object whose names are not worth a `Shape`. */
export const DICTIONARY = new Tag('dictionary')
export const BARE_DICTIONARY = new Tag('bare dictionary')
/** A count, that many symbols and values, then the object that carries them. */
export const SYMBOLS = new Tag('symbols')
/** A plain object that holds the named properties of the array, Map, … that follows it. */
export const EXTRAS = new Tag('extras', 2)
/** A count, then that many parts. */
export const LONG_ARRAY = new Tag('long array')
export const LONG_LIST = new Tag('long argument list')
export const MAP = new Tag('Map')
export const SET = new Tag('Set')

/** Tags of arrays and argument lists of this length or shorter are made once; longer ones write their length. */
export const SHORT = 64

const counted = (kind: string): readonly Tag[] =>
  Array.from({ length: SHORT + 1 }, (_, n) => new Tag(kind, n))

/** By length. */
export const ARRAYS = counted('array')
/** By number of arguments. One argument needs no tag, so `LISTS[1]` is not used. */
export const LISTS = counted('arguments')

export const NO_ARGUMENTS = LISTS[0]!
/** Opens the key of two arguments. */
export const PAIR = LISTS[2]!

const bytes = new Map<string, Tag>()

/** The tag of a class of bytes, by its name: one string of bytes (one code unit each) follows. */
export function bytesTag(name: string): Tag {
  const known = bytes.get(name)
  if (known !== undefined) return known
  const tag = new Tag(name, 1)
  bytes.set(name, tag)
  return tag
}

/** The name of the class of bytes whose tag this is, or undefined. */
export function bytesClass(tag: Tag): string | undefined {
  return bytes.get(tag.kind) === tag ? tag.kind : undefined
}

/** The token of a number. */
export function numberToken(value: number): Token {
  if (value === 0) return Object.is(value, -0) ? NEGATIVE_ZERO : ZERO
  return Number.isNaN(value) ? NAN : value
}

/** Whether a value is its own token: a primitive that Map and === tell from every other. */
export function isToken(value: unknown): value is Token {
  switch (typeof value) {
    case 'number':
      // Neither 0 nor -0, nor NaN.
      return value < 0 || value > 0
    case 'object':
      return value === null
    case 'function':
    case 'symbol':
      return false
    default:
      return true
  }
}

/** The token of a single value, or `NONE` if it takes more than one or cannot be in a key. */
export function singleToken(value: unknown): Token {
  switch (typeof value) {
    case 'number':
      return numberToken(value)
    case 'object':
      return value === null ? null : NONE
    case 'function':
    case 'symbol':
      return NONE
    default:
      return value as Token
  }
}

/** Whether two keys are the same. */
export function sameKey(a: Key, b: Key): boolean {
  if (a === b) return true
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
