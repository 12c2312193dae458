/**
 * Turns calls into keys: by all arguments, by what the option `key` makes of them, and, where instances share a table
 * by a key of their own, by that too.
 */
import type { Scratch } from '../scratch'
import type { AnyFunction } from '../types'
import { decodeList, decodeOne } from './decode'
import { encodeKey } from './encode'
import type { KeyIndex } from './index'
import { parseKey } from './parse'
import { readList, readOne, span, takeKey, tokens } from './read'
import { Shapes } from './shapes'
import { type Key, sameKey } from './tokens'

// What messages call the parts of a key that are no arguments.
const BY_KEY = 'The result of `key`'
const BY_SELF = 'The result of `perInstance`'

export class KeyReader {
  /** Whether reading a key runs code of the user's. */
  readonly custom: boolean
  private made: Shapes | undefined

  /**
   * @param keyOption - the option `key`.
   * @param selfKey - the option `perInstance`, where it is a function.
   */
  constructor(
    private readonly keyOption?: AnyFunction,
    private readonly selfKey?: AnyFunction,
  ) {
    this.custom = keyOption !== undefined || selfKey !== undefined
  }

  /** The slot of a call's key in `index`, or 0. */
  findCall(index: KeyIndex, args: ArrayLike<unknown>, self: unknown): number {
    this.read(args, self)
    return this.findTaken(index)
  }

  /** `findCall` of one structured argument, in a cache whose keys are its arguments. */
  findObject(index: KeyIndex, argument: object): number {
    readOne(argument, 0, this.shapes)
    return this.findTaken(index)
  }

  /** `findCall` for caches without a function. */
  findKey(index: KeyIndex, key: unknown): number {
    readOne(key, 'The key', this.shapes)
    return this.findTaken(index)
  }

  /** The slot in `index` of the key that `take` gives, or 0. */
  findTaken(index: KeyIndex): number {
    return index.findSpan(tokens, span.start, span.end)
  }

  /** The key that was looked for last, for keeping. */
  take(): Key {
    return takeKey()
  }

  /** The key of a call, for keeping. */
  ofCall(args: ArrayLike<unknown>, self: unknown): Key {
    this.read(args, self)
    return takeKey()
  }

  /** The key of a key, for keeping, in a cache without a function. */
  ofKey(key: unknown): Key {
    readOne(key, 'The key', this.shapes)
    return takeKey()
  }

  /** Writes the key of a call as bytes, from `at`. Returns where it ended, or `TOO_LONG`: not before `limit`. */
  encodeCall(args: ArrayLike<unknown>, self: unknown, scratch: Scratch, at: number, limit: number): number {
    this.read(args, self)
    return encodeKey(tokens, span.start, span.end, scratch, at, limit)
  }

  /** `encodeCall` for caches without a function. */
  encodeOne(key: unknown, scratch: Scratch, at: number, limit: number): number {
    readOne(key, 'The key', this.shapes)
    return encodeKey(tokens, span.start, span.end, scratch, at, limit)
  }

  /** `argumentsOf` a key in bytes, which may come from anywhere: an error if they are no key. */
  argumentsFrom(bytes: Buffer, start: number, end: number, self: unknown): unknown[] | undefined {
    const lists = this.keyOption === undefined || this.selfKey !== undefined
    return this.argumentsOf(parseKey(bytes, start, end, lists), self)
  }

  /**
   * What a key was made of: the arguments, or the one value that the option `key` has made of them. Undefined if it
   * belongs to another instance than `self`.
   */
  argumentsOf(key: Key, self: unknown): unknown[] | undefined {
    if (this.selfKey === undefined) return this.keyOption === undefined ? decodeList(key) : [decodeOne(key)]
    const [own, ...args] = decodeList(key)
    return sameKey(this.ofKey(own), this.ofKey(Reflect.apply(this.selfKey, undefined, [self])))
      ? args
      : undefined
  }

  private read(args: ArrayLike<unknown>, self: unknown): void {
    if (this.selfKey !== undefined) {
      const own = Reflect.apply(this.selfKey, undefined, [self])
      const rest =
        this.keyOption === undefined ? Array.from(args) : [Reflect.apply(this.keyOption, self, args)]
      const subjects = this.keyOption === undefined ? rest.keys() : [BY_KEY]
      readList([own, ...rest], this.shapes, [BY_SELF, ...subjects])
    } else if (this.keyOption !== undefined) {
      readOne(Reflect.apply(this.keyOption, self, args), BY_KEY, this.shapes)
    } else readList(args, this.shapes)
  }

  private get shapes(): Shapes {
    this.made ??= new Shapes()
    return this.made
  }
}
