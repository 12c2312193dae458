/**
 * Keys as strings, for stores. The text of a key is written in a small unambiguous notation, close to how the values
 * are written in JavaScript, so two keys have the same text only if they are the same key; and it depends on the values
 * alone, never on what else a process has seen, so every process writes the same text.
 * Strings are quoted as JSON: nothing in them can pass for a part of the notation, and a lone surrogate, which UTF-8
 * cannot carry, is an escape. Nothing is shortened or hashed.
 *
 *     'a'  → "a"      1n → 1n      [1,,2] → [1,~,2]     new Map([[1, 2]]) → Map{1:2}      /a/g → RegExp("a","g",0)
 *     {b, a} → {"a":…,"b":…}       f(1, 2) → (1,2)      Symbol.for('a')   → @"a"          new Date(0) → Date(0)
 */
import { byCodeUnit } from './shapes'
import {
  BARE_DICTIONARY,
  bytesClass,
  DATE,
  DICTIONARY,
  EXTRAS,
  HOLE,
  type Key,
  LISTS,
  LONG_ARRAY,
  LONG_LIST,
  MAP,
  NAN,
  NEGATIVE_ZERO,
  REGEXP,
  SET,
  Shape,
  SYMBOLS,
  Tag,
  type Token,
  type Tokens,
  ZERO,
} from './tokens'

/** The text of a key. */
export function keyText(key: Key): string {
  if (Array.isArray(key)) return new Writer(key).list()
  return key instanceof Tag || key instanceof Shape ? new Writer([key]).list() : primitiveText(key as Token)
}

/** What JSON escapes, and a little more. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u

/** As JSON does it, in a third of the time for most strings. */
function quote(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`
}

function primitiveText(value: Token): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'bigint':
      return `${value}n`
    case 'symbol':
      return `@${quote(Symbol.keyFor(value)!)}`
    default:
      return String(value)
  }
}

/** How the objects of a shape are written. */
interface Layout {
  /** Positions in the shape, by name in the order of code units; undefined: as they are. */
  readonly order: readonly number[] | undefined
  /** By position in the shape. */
  readonly labels: readonly string[]
}

const layouts = new WeakMap<Shape, Layout>()

function layoutOf(shape: Shape): Layout {
  let layout = layouts.get(shape)
  if (layout === undefined) {
    const { names } = shape
    const order = [...names.keys()].sort((a, b) => byCodeUnit(names[a], names[b]))
    const sorted = order.every((position, i) => position === i)
    layout = { order: sorted ? undefined : order, labels: names.map((name) => `${quote(name)}:`) }
    layouts.set(shape, layout)
  }
  return layout
}

class Writer {
  private at = 0
  constructor(private readonly tokens: Tokens) {}

  /** The argument list, or the one value, that the tokens are. */
  list(): string {
    const first = this.tokens[0]
    const short = first instanceof Tag && LISTS[first.count] === first
    if (!short && first !== LONG_LIST) return this.value()
    this.at = 1
    return `(${this.values(short ? first.count : this.count())})`
  }

  private value(): string {
    const token = this.tokens[this.at++]
    if (token instanceof Shape) return this.object(token)
    if (!(token instanceof Tag)) return primitiveText(token)
    switch (token) {
      case ZERO:
        return '0'
      case NEGATIVE_ZERO:
        return '-0'
      case NAN:
        return 'NaN'
      case HOLE:
        return '~'
      case DATE:
        return `Date(${this.value()})`
      case REGEXP:
        return `RegExp(${this.values(3)})`
      case MAP:
        return `Map{${this.pairs()}}`
      case SET:
        return `Set{${this.values(this.count())}}`
      case DICTIONARY:
        return `{${this.pairs()}}`
      case BARE_DICTIONARY:
        return `bare{${this.pairs()}}`
      case SYMBOLS:
        return `@{${this.pairs()}}${this.value()}`
      case EXTRAS:
        return `+${this.value()}${this.value()}`
      case LONG_ARRAY:
        return `[${this.values(this.count())}]`
    }
    const bytes = bytesClass(token)
    return bytes === undefined ? `[${this.values(token.count)}]` : `${bytes}("${this.base64()}")`
  }

  /** How many parts follow. */
  private count(): number {
    const token = this.tokens[this.at++]
    return token === ZERO ? 0 : (token as number)
  }

  private values(count: number): string {
    const parts: string[] = []
    for (let left = count; left > 0; left--) parts.push(this.value())
    return parts.join(',')
  }

  /** A count, and that many keys with their values. */
  private pairs(): string {
    const parts: string[] = []
    for (let left = this.count(); left > 0; left--) parts.push(`${this.value()}:${this.value()}`)
    return parts.join(',')
  }

  private object(shape: Shape): string {
    const { labels, order } = layoutOf(shape)
    const text = order === undefined ? this.inOrder(labels) : this.reordered(labels, order)
    return shape.bare ? `bare{${text}}` : `{${text}}`
  }

  private inOrder(labels: readonly string[]): string {
    let text = ''
    for (const label of labels) text += (text === '' ? '' : ',') + label + this.value()
    return text
  }

  private reordered(labels: readonly string[], order: readonly number[]): string {
    const parts = labels.map((label) => label + this.value())
    return order.map((position) => parts[position]).join(',')
  }

  private base64(): string {
    return Buffer.from(this.tokens[this.at++] as string, 'latin1').toString('base64')
  }
}
