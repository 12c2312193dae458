/**
 * Finds the `Shape` of a plain object while its properties are walked: an automaton over property names in the order
 * of the walk, whose states remember the shape that ends there. Objects with the same names in another order reach
 * the same shape by another path, with another permutation.
 *
 * Bounded: once `MAX_SHAPES` shapes or `MAX_STATES` states exist (objects used as dictionaries grow them), nothing new
 * is made. Whether a set of names has a shape never changes once it has been asked for, so equal objects always get
 * equal keys.
 */
import { Shape } from './tokens'

export const MAX_SHAPES = 1024
export const MAX_STATES = 4096
/** Objects with more properties than this are dictionaries. */
export const MAX_NAMES = 32

/** `order[i]` is the position in the walk of the i-th property in the order of the tag. */
export type Order = readonly number[]

/** A point in the walk. */
export class State {
  /** The first transition is kept apart: most states have one, and comparing it costs less than a Map lookup. */
  name: string | undefined = undefined
  next: State | undefined = undefined
  others: Map<string, State> | undefined = undefined
  /** The shape of an object whose walk ends here. */
  shape: Shape | undefined = undefined
  /** The order of the shape's names in that walk; undefined where it is the same. */
  order: Order | undefined = undefined
}

/** Where a walk goes that the automaton has no room for. */
export const LOST = new State()

export class Shapes {
  readonly root = new State()
  readonly bareRoot = new State()
  private readonly shapes = new Map<string, Shape>()
  private states = 2

  /** Follows, or makes, the transition of `state` by `name`. Callers try `state.name === name` first. */
  step(state: State, name: string): State {
    if (state === LOST) return LOST
    if (state.name === name) return state.next!
    const known = state.others?.get(name)
    if (known !== undefined) return known
    if (this.states >= MAX_STATES) return LOST
    this.states++
    const next = new State()
    if (state.name === undefined) {
      state.name = name
      state.next = next
    } else {
      state.others ??= new Map()
      state.others.set(name, next)
    }
    return next
  }

  /**
   * The shape of the walk that ends in `state`, or undefined: the object is a dictionary.
   * @param names - the names in the order of the walk.
   */
  finish(state: State, names: readonly string[], bare: boolean): Shape | undefined {
    if (state.shape !== undefined) return state.shape
    if (names.length > MAX_NAMES) return undefined
    const shape = this.intern(names, bare)
    if (shape === undefined || state === LOST) return shape
    state.shape = shape
    if (shape.names.some((name, i) => name !== names[i])) state.order = this.orderOf(shape, names)
    return shape
  }

  /** The order of a walk's names in the tag: the shape's, or for a dictionary the sorted one. */
  orderOf(shape: Shape | undefined, names: readonly string[]): Order {
    if (shape !== undefined) return shape.names.map((name) => names.indexOf(name))
    return Array.from(names.keys()).sort((a, b) => byCodeUnit(names[a], names[b]))
  }

  private intern(names: readonly string[], bare: boolean): Shape | undefined {
    const signature = JSON.stringify([bare, ...[...names].sort(byCodeUnit)])
    const known = this.shapes.get(signature)
    if (known !== undefined || this.shapes.size >= MAX_SHAPES) return known
    const shape = new Shape([...names], bare)
    this.shapes.set(signature, shape)
    return shape
  }
}

/** Sorts strings by UTF-16 code unit, whatever the locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
