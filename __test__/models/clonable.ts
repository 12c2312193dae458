/** Random values that `structuredClone` copies faithfully, as graphs: parts may be shared, and contain what contains them. */
import type { Lots } from './recipes.js'

const STRINGS = ['', 'a', 'name', 'é', 'ł', '\ud800', '\udc00\ud800', '\0', '__proto__', 'constructor']
const NUMBERS = [0, -0, 1, -1, 127, 128, -128, -129, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 0.1, -1.5]
const ODD_NUMBERS = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** -1074]
const BIGINTS = [0n, 1n, -1n, 2n ** 64n, -(2n ** 200n), 255n]
const NAMES = ['a', 'b', 'id', 'name', '0', '7', '', '__proto__', 'constructor', 'toString', 'length', 'ł']
const ERRORS = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]
const VIEWS = [
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView],
  ...((globalThis as { Float16Array?: typeof Float32Array }).Float16Array === undefined
    ? []
    : [(globalThis as unknown as { Float16Array: typeof Float32Array }).Float16Array]),
]

/** A value of up to about `size` parts, drawn by lot. */
export function clonable(draw: Lots, size: number): unknown {
  return new Graph(draw, size).value(0)
}

class Graph {
  private readonly made: object[] = []

  constructor(
    private readonly draw: Lots,
    private left: number,
  ) {}

  value(depth: number): unknown {
    const { draw, made } = this
    this.left--
    if (depth > 0 && (this.left <= 0 || depth > 6 || draw(5) < 2)) return this.leaf()
    if (made.length > 0 && draw(7) === 0) return made[draw(made.length)]
    return this.object(depth)
  }

  private pick<T>(from: readonly T[]): T {
    return from[this.draw(from.length)]
  }

  private leaf(): unknown {
    const { draw } = this
    switch (draw(10)) {
      case 0:
      case 1:
        return this.text()
      case 2:
        return this.pick(NUMBERS)
      case 3:
        return draw(1000) - 500
      case 4:
        return this.pick(ODD_NUMBERS)
      case 5:
        return this.pick(BIGINTS)
      case 6:
        return draw(2 ** 31) / 1000
      case 7:
        return this.pick([true, false])
      default:
        return this.pick([null, undefined])
    }
  }

  private text(): string {
    // Around the lengths where the way of writing changes.
    return this.draw(3) === 0 ? this.pick(STRINGS).repeat(this.draw(70)) : this.pick(STRINGS)
  }

  private name(): string {
    return this.draw(20) === 0 ? `name${this.draw(1000)}` : this.pick(NAMES)
  }

  private keep<T extends object>(object: T): T {
    this.made.push(object)
    return object
  }

  private object(depth: number): object {
    const { draw } = this
    switch (draw(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        return this.plain(depth, draw(40) === 0 ? 30 + draw(10) : draw(6))
      case 5:
      case 6:
      case 7:
        return this.array(depth)
      case 8: {
        const map = this.keep(new Map())
        for (let n = draw(4); n > 0; n--) map.set(this.value(depth + 1), this.value(depth + 1))
        return map
      }
      case 9: {
        const set = this.keep(new Set())
        for (let n = draw(4); n > 0; n--) set.add(this.value(depth + 1))
        return set
      }
      case 10:
        return this.keep(new Date(this.pick([0, -1, 1e12, 0.5, Number.NaN])))
      case 11: {
        const expression = this.keep(
          new RegExp(this.pick(['a', '', '/', '\\/', 'ł|é']), this.pick(['', 'g', 'giu'])),
        )
        expression.lastIndex = draw(3)
        return expression
      }
      case 12:
        return this.error()
      case 13:
        return this.keep(
          Object(this.pick<unknown>(['text', 'ł', -0, 5, Number.NaN, 5n, true, false])) as object,
        )
      default:
        return this.view()
    }
  }

  private plain(depth: number, count: number): object {
    const object = this.keep(this.draw(10) === 0 ? Object.create(null) : {})
    for (let n = count; n > 0; n--) {
      const name = count > 20 ? `n${this.draw(1000)}` : this.name()
      const value = this.value(depth + 1)
      const how = this.draw(10) === 0 ? { get: () => value } : { value, writable: true }
      // What is not enumerable is not copied.
      Object.defineProperty(object, name, { ...how, enumerable: this.draw(20) !== 0, configurable: true })
    }
    return object
  }

  private array(depth: number): unknown[] {
    const { draw } = this
    const array: unknown[] = this.keep([])
    for (let n = draw(6); n > 0; n--) {
      if (draw(6) === 0) array.length++
      else array.push(this.value(depth + 1))
    }
    if (draw(12) === 0) array.length += this.pick([1, 70, 5000, 2 ** 32 - 10])
    if (draw(12) === 0) array[draw(300)] = this.value(depth + 1)
    if (draw(12) === 0) {
      for (const name of ['a', '-1', '01', '1.5', '4294967295'])
        if (draw(2) === 0) Object.assign(array, { [name]: this.value(depth + 1) })
    }
    return array
  }

  private error(): Error {
    const { draw } = this
    const Class = this.pick(ERRORS)
    const error = this.keep(draw(4) === 0 ? new Class() : new Class(this.text()))
    if (draw(3) === 0) error.stack = this.pick(['at home', 'ł', ''])
    if (draw(8) === 0) Object.assign(error, { stack: undefined })
    if (draw(8) === 0) error.name = this.pick(['TypeError', 'Nobody', ''])
    if (draw(8) === 0) Object.assign(error, { code: 'lost' })
    // A graph apart: Node 20's structuredClone fails where an error is part of its own cause.
    if (draw(3) === 0)
      Object.defineProperty(error, 'cause', { value: clonable(draw, 4), writable: true, configurable: true })
    return error
  }

  private view(): object {
    const { draw } = this
    const buffers = this.made.filter((each) => each instanceof ArrayBuffer)
    const buffer =
      buffers.length > 0 && draw(2) === 0
        ? buffers[draw(buffers.length)]
        : this.keep(Uint8Array.from({ length: 8 * draw(4) }, () => draw(256)).buffer)
    if (draw(5) === 0) return buffer
    const View = this.pick(VIEWS) as unknown as {
      new (buffer: ArrayBuffer, offset: number, length: number): object
      BYTES_PER_ELEMENT?: number
    }
    const size = View.BYTES_PER_ELEMENT ?? 1
    const offset = 8 * draw(buffer.byteLength / 8 + 1)
    return this.keep(new View(buffer, offset, draw((buffer.byteLength - offset) / size + 1)))
  }
}
