/**
 * Whether two values are copies of each other to the last detail: classes, prototypes, property order and attributes,
 * holes, -0, internal slots, and which parts are one object. Written from what the language says objects consist of;
 * knows nothing of bytes.
 */
import { types } from 'node:util'

/** Undefined if `b` is a copy of `a`; otherwise where they differ, and how. */
export function difference(a: unknown, b: unknown): string | undefined {
  try {
    new Comparison().compare(a, b, 'it')
    return undefined
  } catch (error) {
    if (error instanceof Different) return error.message
    throw error
  }
}

class Different extends Error {}

const SLOTS: Record<string, (object: never) => unknown[]> = {
  Date: (date: Date) => [date.getTime()],
  RegExp: (expression: RegExp) => [expression.source, expression.flags],
  Map: (map: Map<unknown, unknown>) => [...map].flat(1),
  Set: (set: Set<unknown>) => [...set],
  ArrayBuffer: (buffer: ArrayBuffer) => [Buffer.from(buffer).toString('hex')],
  Number: (object: number) => [object.valueOf()],
  String: (object: string) => [object.valueOf()],
  Boolean: (object: boolean) => [object.valueOf()],
  BigInt: (object: bigint) => [object.valueOf()],
}

class Comparison {
  private readonly there = new Map<object, object>()
  private readonly back = new Map<object, object>()

  compare(a: unknown, b: unknown, where: string): void {
    if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
      if (!Object.is(a, b)) throw new Different(`${where}: ${String(a)} is not ${String(b)}`)
      return
    }
    if (this.there.has(a) || this.back.has(b)) {
      this.check(this.there.get(a) === b && this.back.get(b) === a, where, 'another object is shared')
      return
    }
    this.there.set(a, b)
    this.back.set(b, a)
    this.check(Object.getPrototypeOf(a) === Object.getPrototypeOf(b), where, 'another prototype')
    this.check(kindOf(a) === kindOf(b), where, 'another class')
    this.slots(a, b, where)
    this.properties(a, b, where)
  }

  private check(same: boolean, where: string, what: string): void {
    if (!same) throw new Different(`${where}: ${what}`)
  }

  private slots(a: object, b: object, where: string): void {
    if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
      this.compare(a.byteOffset, b.byteOffset, `${where}.byteOffset`)
      this.compare(a.byteLength, b.byteLength, `${where}.byteLength`)
      this.compare(a.buffer, b.buffer, `${where}.buffer`)
      return
    }
    const slots = SLOTS[kindOf(a)]
    if (slots === undefined) return
    const [left, right] = [slots(a as never), slots(b as never)]
    this.check(left.length === right.length, where, `${left.length} parts are not ${right.length}`)
    left.forEach((part, i) => {
      this.compare(part, right[i], `${where}<${i}>`)
    })
  }

  private properties(a: object, b: object, where: string): void {
    const [left, right] = [namesOf(a), namesOf(b)]
    this.check(
      left.length === right.length && left.every((name, i) => name === right[i]),
      where,
      `the properties ${left.map(String)} are not ${right.map(String)}`,
    )
    for (const name of left) {
      const place = `${where}[${String(name)}]`
      const [one, other] = [a, b].map((object) => Object.getOwnPropertyDescriptor(object, name)!)
      for (const attribute of ['enumerable', 'writable', 'configurable'] as const)
        this.check(one[attribute] === other[attribute], place, `not as ${attribute}`)
      this.compare(
        (a as Record<PropertyKey, unknown>)[name],
        (b as Record<PropertyKey, unknown>)[name],
        place,
      )
    }
  }
}

function kindOf(object: object): string {
  if (types.isNativeError(object)) return 'Error'
  return Object.prototype.toString.call(object).slice('[object '.length, -1)
}

function namesOf(object: object): PropertyKey[] {
  const names = Reflect.ownKeys(object)
  // The elements of a typed array are the bytes of its buffer.
  return ArrayBuffer.isView(object)
    ? names.filter((name) => typeof name === 'symbol' || !/^\d+$/.test(name))
    : names
}
