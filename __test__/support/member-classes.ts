/** The classes that each dialect of decorators writes down, for `members.ts` and `member-controls.ts` to check. */
import type { CacheControls, CacheOptions } from 'warp-cache'

/** The name of a method that is no string. */
export const FIND = Symbol('find')

/** What every member of `Users` returns: a new object for each run, with what the member was given. */
export interface Answer {
  readonly by: unknown
  readonly args: readonly unknown[]
}

/** Counts how often it ran, in `runs`. */
export interface Users {
  runs: number
  /** Makes the members fail. */
  error?: unknown
  readonly name: string
  byId(...args: unknown[]): Answer
  later(...args: unknown[]): Promise<Answer>
  [FIND](...args: unknown[]): Answer
  readonly total: Answer
  readonly sum: Promise<Answer>
}

export interface UsersClass {
  new (name?: string): Users
  readonly prototype: Users
  runs: number
  open(...args: unknown[]): Answer
  readonly registry: Answer
}

/** `name` says whose, `area` is overridden with `super.area` in `Square`, and not at all in `Blob`. */
export interface Shape {
  readonly name: string
  area(n: number): string
  readonly label: string
}

export interface Dialect {
  /** Every member is decorated with `cache(options)`. */
  users(options?: CacheOptions): UsersClass
  shapes(): Record<'Shape' | 'Square' | 'Blob', new (name: string) => Shape>
}

type Name = 'byId' | 'total' | typeof FIND

/** The controls on the prototype's function. Its type does not tell of them. */
export function prototypeControls(Class: UsersClass, name: Name | 'later' = 'byId'): CacheControls {
  const { value, get } = Object.getOwnPropertyDescriptor(Class.prototype, name)!
  return value ?? get
}
