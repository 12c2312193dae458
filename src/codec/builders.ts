/**
 * Functions that give objects their properties. They all do the same, and are written out again and again for V8: what
 * a store has learned about names and shapes belongs to its place in the source. A list of names that has one of these
 * to itself is stored into at a known offset each time; 70 ns less for five properties than at a place that has seen
 * other names. There are few, so they are for lists that are met often; all others share the first one.
 */

/** Whoever reads the values, one after the other. */
export interface Values {
  value(depth: number): unknown
}

/** Gives `object` these properties, in this order. */
export type Builder = (
  object: Record<string, unknown>,
  names: readonly string[],
  from: Values,
  depth: number,
) => void

const builders: readonly Builder[] = [
  (object, names, from, depth) => {
    const n = names.length
    if (n > 0) object[names[0]] = from.value(depth)
    if (n > 1) object[names[1]] = from.value(depth)
    if (n > 2) object[names[2]] = from.value(depth)
    if (n > 3) object[names[3]] = from.value(depth)
    if (n > 4) object[names[4]] = from.value(depth)
    if (n > 5) object[names[5]] = from.value(depth)
    if (n > 6) object[names[6]] = from.value(depth)
    if (n > 7) object[names[7]] = from.value(depth)
    for (let i = 8; i < n; i++) object[names[i]] = from.value(depth)
  },
  (object, names, from, depth) => {
    const n = names.length
    if (n > 0) object[names[0]] = from.value(depth)
    if (n > 1) object[names[1]] = from.value(depth)
    if (n > 2) object[names[2]] = from.value(depth)
    if (n > 3) object[names[3]] = from.value(depth)
    if (n > 4) object[names[4]] = from.value(depth)
    if (n > 5) object[names[5]] = from.value(depth)
    if (n > 6) object[names[6]] = from.value(depth)
    if (n > 7) object[names[7]] = from.value(depth)
    for (let i = 8; i < n; i++) object[names[i]] = from.value(depth)
  },
  (object, names, from, depth) => {
    const n = names.length
    if (n > 0) object[names[0]] = from.value(depth)
    if (n > 1) object[names[1]] = from.value(depth)
    if (n > 2) object[names[2]] = from.value(depth)
    if (n > 3) object[names[3]] = from.value(depth)
    if (n > 4) object[names[4]] = from.value(depth)
    if (n > 5) object[names[5]] = from.value(depth)
    if (n > 6) object[names[6]] = from.value(depth)
    if (n > 7) object[names[7]] = from.value(depth)
    for (let i = 8; i < n; i++) object[names[i]] = from.value(depth)
  },
  (object, names, from, depth) => {
    const n = names.length
    if (n > 0) object[names[0]] = from.value(depth)
    if (n > 1) object[names[1]] = from.value(depth)
    if (n > 2) object[names[2]] = from.value(depth)
    if (n > 3) object[names[3]] = from.value(depth)
    if (n > 4) object[names[4]] = from.value(depth)
    if (n > 5) object[names[5]] = from.value(depth)
    if (n > 6) object[names[6]] = from.value(depth)
    if (n > 7) object[names[7]] = from.value(depth)
    for (let i = 8; i < n; i++) object[names[i]] = from.value(depth)
  },
  (object, names, from, depth) => {
    const n = names.length
    if (n > 0) object[names[0]] = from.value(depth)
    if (n > 1) object[names[1]] = from.value(depth)
    if (n > 2) object[names[2]] = from.value(depth)
    if (n > 3) object[names[3]] = from.value(depth)
    if (n > 4) object[names[4]] = from.value(depth)
    if (n > 5) object[names[5]] = from.value(depth)
    if (n > 6) object[names[6]] = from.value(depth)
    if (n > 7) object[names[7]] = from.value(depth)
    for (let i = 8; i < n; i++) object[names[i]] = from.value(depth)
  },
  (object, names, from, depth) => {
    const n = names.length
    if (n > 0) object[names[0]] = from.value(depth)
    if (n > 1) object[names[1]] = from.value(depth)
    if (n > 2) object[names[2]] = from.value(depth)
    if (n > 3) object[names[3]] = from.value(depth)
    if (n > 4) object[names[4]] = from.value(depth)
    if (n > 5) object[names[5]] = from.value(depth)
    if (n > 6) object[names[6]] = from.value(depth)
    if (n > 7) object[names[7]] = from.value(depth)
    for (let i = 8; i < n; i++) object[names[i]] = from.value(depth)
  },
  (object, names, from, depth) => {
    const n = names.length
    if (n > 0) object[names[0]] = from.value(depth)
    if (n > 1) object[names[1]] = from.value(depth)
    if (n > 2) object[names[2]] = from.value(depth)
    if (n > 3) object[names[3]] = from.value(depth)
    if (n > 4) object[names[4]] = from.value(depth)
    if (n > 5) object[names[5]] = from.value(depth)
    if (n > 6) object[names[6]] = from.value(depth)
    if (n > 7) object[names[7]] = from.value(depth)
    for (let i = 8; i < n; i++) object[names[i]] = from.value(depth)
  },
  (object, names, from, depth) => {
    const n = names.length
    if (n > 0) object[names[0]] = from.value(depth)
    if (n > 1) object[names[1]] = from.value(depth)
    if (n > 2) object[names[2]] = from.value(depth)
    if (n > 3) object[names[3]] = from.value(depth)
    if (n > 4) object[names[4]] = from.value(depth)
    if (n > 5) object[names[5]] = from.value(depth)
    if (n > 6) object[names[6]] = from.value(depth)
    if (n > 7) object[names[7]] = from.value(depth)
    for (let i = 8; i < n; i++) object[names[i]] = from.value(depth)
  },
]

/** For every list of names that has none of its own. */
export const sharedBuilder: Builder = builders[0]
let taken = 1

/** One that nobody else has, as long as there are any. */
export function takeBuilder(): Builder {
  return builders[taken++] ?? sharedBuilder
}

/** The string as V8 keeps the names of properties: one object for each, known by its address. */
export function interned(name: string): string {
  return Object.keys({ [name]: 0 })[0]
}
