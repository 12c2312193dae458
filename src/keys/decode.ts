/**
 * Turns keys back into arguments: values that are equal to the caller's, part by part, and never the caller's own
 * objects, which may have changed since.
 */
import {
  ARRAYS,
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

/** The arguments that a key was made of. */
export function decodeList(key: Key): unknown[] {
  const reader = new Decoder(Array.isArray(key) ? key : [key as Token])
  const first = reader.tokens[0]
  if (first === LONG_LIST) {
    reader.at = 2
    return reader.values(reader.tokens[1] as number)
  }
  if (first instanceof Tag && LISTS[first.count] === first) {
    reader.at = 1
    return reader.values(first.count)
  }
  return [reader.value()]
}

/** The value that a key was made of. */
export function decodeOne(key: Key): unknown {
  return new Decoder(Array.isArray(key) ? key : [key as Token]).value()
}

class Decoder {
  at = 0
  constructor(readonly tokens: Tokens) {}

  values(count: number): unknown[] {
    return Array.from({ length: count }, () => this.value())
  }

  value(): unknown {
    const token = this.tokens[this.at++]
    if (token instanceof Shape) return this.object(token.names, token.bare)
    if (!(token instanceof Tag)) return token
    switch (token) {
      case ZERO:
        return 0
      case NEGATIVE_ZERO:
        return -0
      case NAN:
        return Number.NaN
      case DATE:
        return new Date(this.value() as number)
      case REGEXP:
        return this.regExp()
      case MAP:
        return new Map(Array.from({ length: this.value() as number }, () => [this.value(), this.value()]))
      case SET:
        return new Set(this.values(this.value() as number))
      case DICTIONARY:
      case BARE_DICTIONARY:
        return this.dictionary(token === BARE_DICTIONARY)
      case SYMBOLS:
        return this.withSymbols()
      case EXTRAS:
        return this.withExtras()
      case LONG_ARRAY:
        return this.array(this.value() as number)
    }
    const bytes = bytesClass(token)
    if (bytes !== undefined) return bytesFrom(bytes, this.value() as string)
    return this.array(ARRAYS.indexOf(token))
  }

  private object(names: readonly string[], bare: boolean): object {
    const object: object = bare ? Object.create(null) : {}
    for (const name of names) define(object, name, this.value())
    return object
  }

  private dictionary(bare: boolean): object {
    const object: object = bare ? Object.create(null) : {}
    for (let left = this.value() as number; left > 0; left--)
      define(object, this.value() as string, this.value())
    return object
  }

  private array(length: number): unknown[] {
    const array = new Array<unknown>(length)
    for (let i = 0; i < length; i++) {
      if (this.tokens[this.at] === HOLE) this.at++
      else array[i] = this.value()
    }
    return array
  }

  private regExp(): RegExp {
    const expression = new RegExp(this.value() as string, this.value() as string)
    expression.lastIndex = this.value() as number
    return expression
  }

  private withSymbols(): object {
    const symbols: [symbol, unknown][] = []
    for (let left = this.value() as number; left > 0; left--)
      symbols.push([this.value() as symbol, this.value()])
    const object = this.value() as object
    for (const [symbol, value] of symbols) define(object, symbol, value)
    return object
  }

  private withExtras(): object {
    const extras = this.value() as object
    const object = this.value() as object
    for (const name of Reflect.ownKeys(extras))
      define(object, name, (extras as Record<PropertyKey, unknown>)[name])
    return object
  }
}

/** Sets an own property, also where its name is `__proto__`. */
function define(object: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true })
}

function bytesFrom(name: string, text: string): unknown {
  const bytes = Uint8Array.from(Buffer.from(text, 'latin1'))
  if (name === 'Buffer') return Buffer.from(bytes)
  if (name === 'ArrayBuffer') return bytes.buffer
  const View = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => unknown>)[name]
  return new View(bytes.buffer)
}
