/**
 * Maps keys to slot numbers, comparing whole keys: a trie of tokens. A key of one token costs one Map lookup; two
 * arguments cost two. A branch that leads to a single key is that key's slot, and the rest of the key is compared with
 * the one that is kept by slot; a branch with a few keys is a flat list, and a Map from there on.
 */
import { type Key, NONE, PAIR, Tag, type Token, type Tokens } from './tokens'

/** What follows a token: a slot number, or a choice of next tokens. */
export type Child = number | Branch
type Branch = Fork | Map<Token, Child>
/** `[FORK, token, child, token, child …]`. The first element keeps V8 from specialising lists of numbers. */
type Fork = (Token | Child)[]

const FORK = new Tag('fork')
/** A fork of more children becomes a Map. */
const FORK_CHILDREN = 2

/** A root that finds nothing, and is never written to. */
export const NO_ROOT: Map<Token, Child> = new Map()

/**
 * A change may be cut off at any call that it makes, where the call stack ends. Whoever is told so by an exception gives
 * the index `NO_ROOT` for both roots, without another call: it is *lost*, finds nothing, and is not to be changed before it is
 * cleared.
 */
export class KeyIndex {
  /** Roots: keys of two arguments, each one token, under their first; all other keys under their first token. */
  one = new Map<Token, Child>()
  pairs: Map<Token, Child> = NO_ROOT
  /** By slot: the key, or its first argument if it is a pair. Slot 0 is not used. */
  keys: (Key | Tag)[] = slots(0)
  /** By slot: the second argument of a pair. Empty until there is one. */
  seconds: (Token | Tag)[] = slots(0)

  /** Makes room for slots up to `capacity`. */
  grow(capacity: number): void {
    lengthen(this.keys, capacity)
    if (this.pairs !== NO_ROOT) lengthen(this.seconds, capacity)
  }

  /** The slot of a key, or 0. */
  find(key: Key): number {
    if (!Array.isArray(key)) return (this.one.get(key as Token) as number | undefined) ?? 0
    return this.findSpan(key, 0, key.length)
  }

  /** The slot of the key `tokens[start … end)`, or 0. */
  findSpan(tokens: Tokens, start: number, end: number): number {
    const first = tokens[start]
    if (end - start === 1) return (this.one.get(first) as number | undefined) ?? 0
    if (first === PAIR && end - start === 3) return this.findPair(tokens[start + 1], tokens[start + 2])
    let child = this.one.get(first)
    for (let at = start + 1; ; at++) {
      if (child === undefined) return 0
      if (typeof child === 'number') return this.endsWith(child, tokens, start, at, end) ? child : 0
      child = childOf(child, tokens[at])
    }
  }

  /** The slot of the pair `a`, `b` of one token each, or 0. Also 0 for what is not a token: 0, -0, NaN, objects. */
  findPair(a: unknown, b: unknown): number {
    const child = this.pairs.get(a as Token)
    if (typeof child === 'number') return this.seconds[child] === b ? child : 0
    if (child === undefined) return 0
    return (childOf(child, b as Token) as number | undefined) ?? 0
  }

  /** Enters a key that is not in the index, for a slot that has none. */
  insert(key: Key, slot: number): void {
    if (!Array.isArray(key)) {
      this.keys[slot] = key as Token
      this.one.set(key as Token, slot)
    } else if (isPair(key)) {
      if (this.pairs === NO_ROOT) this.startPairs()
      this.keys[slot] = key[1]
      this.seconds[slot] = key[2]!
      this.enter(this.pairs, key, 1, slot)
    } else {
      this.keys[slot] = key
      this.enter(this.one, key, 0, slot)
    }
  }

  /** Takes out the key of a slot. */
  remove(slot: number): void {
    const key = this.keys[slot] as Key
    this.keys[slot] = NONE
    if (Array.isArray(key)) {
      this.leave(this.one, key, 0)
      return
    }
    const second = this.secondOf(slot)
    if (second === NONE) {
      this.one.delete(key as Token)
    } else {
      this.seconds[slot] = NONE
      if (typeof this.pairs.get(key as Token) === 'number') this.pairs.delete(key as Token)
      else this.leave(this.pairs, [PAIR, key as Token, second as Token], 1)
    }
  }

  /** `remove` and `insert` in one, for the most common kind of key. */
  replace(slot: number, key: Key): void {
    const old = this.keys[slot] as Key
    if (this.pairs === NO_ROOT && !Array.isArray(key) && !Array.isArray(old)) {
      // First the key that was just looked for: its bucket is still in the processor's cache.
      this.one.set(key as Token, slot)
      this.one.delete(old as Token)
      this.keys[slot] = key
    } else {
      this.remove(slot)
      this.insert(key, slot)
    }
  }

  /** The key of a slot that has one. */
  keyOf(slot: number): Key {
    const key = this.keys[slot] as Key
    const second = this.secondOf(slot)
    return second === NONE ? key : [PAIR, key as Token, second as Token]
  }

  /** Whether a slot has a key. */
  has(slot: number): boolean {
    return !this.isLost && this.keys[slot] !== NONE
  }

  get isLost(): boolean {
    return this.one === NO_ROOT
  }

  /** Takes every key out. Cut off, it has not begun. */
  clear(): void {
    Object.assign(this, new KeyIndex())
  }

  private secondOf(slot: number): Token | Tag {
    return this.pairs === NO_ROOT ? NONE : this.seconds[slot]
  }

  private startPairs(): void {
    this.pairs = new Map()
    this.seconds = slots(this.keys.length - 1)
  }

  /** Whether the key of `slot`, equal to `tokens[start … at)` so far, goes on like it. */
  private endsWith(slot: number, tokens: Tokens, start: number, at: number, end: number): boolean {
    const key = this.keys[slot] as Tokens
    if (key.length !== end - start) return false
    for (let i = at; i < end; i++) if (key[i - start] !== tokens[i]) return false
    return true
  }

  /** The token at a position of a slot's key. */
  private tokenAt(slot: number, position: number): Token {
    const key = this.keys[slot] as Key
    if (Array.isArray(key)) return key[position]
    return position === 1 ? (key as Token) : (this.seconds[slot] as Token)
  }

  private enter(root: Map<Token, Child>, key: Tokens, from: number, slot: number): void {
    let at = from
    let parent: Branch = root
    let parentsParent: Branch = root
    for (;;) {
      const child: Child | undefined = childOf(parent, key[at])
      if (child === undefined) {
        const grown = withChild(parent, key[at], slot)
        if (grown !== parent) setChild(parentsParent, key[at - 1], grown)
        return
      }
      if (typeof child === 'number') {
        setChild(parent, key[at], this.split(child, key, at + 1, slot))
        return
      }
      parentsParent = parent
      parent = child
      at++
    }
  }

  /** The branch over two keys that agree up to `at`. */
  private split(other: number, key: Tokens, at: number, slot: number): Branch {
    let last = at
    while (this.tokenAt(other, last) === key[last]) last++
    let branch: Fork = [FORK, this.tokenAt(other, last), other, key[last], slot]
    for (let i = last - 1; i >= at; i--) branch = [FORK, key[i], branch]
    return branch
  }

  private leave(root: Map<Token, Child>, key: Tokens, from: number): void {
    let at = from
    let branch: Branch = root
    const above: Branch[] = []
    for (;;) {
      const child: Child = childOf(branch, key[at])!
      if (typeof child === 'number') break
      above.push(branch)
      branch = child
      at++
    }
    removeChild(branch, key[at])
    // An empty branch goes, and one that leads to a single key becomes that key's slot.
    while (above.length > 0) {
      const rest = onlyChild(branch)
      if (rest === SEVERAL) return
      branch = above.pop()!
      at--
      if (rest === undefined) removeChild(branch, key[at])
      else setChild(branch, key[at], rest)
    }
  }
}

function isPair(key: Tokens): boolean {
  return key.length === 3 && key[0] === PAIR
}

/** A list by slot whose element kind is general from the start, so that every table's lists are of one kind. */
function slots(capacity: number): (Token | Tag)[] {
  return new Array<Token | Tag>(capacity + 1).fill(NONE)
}

function lengthen(list: (Key | Tag)[], capacity: number): void {
  const from = list.length
  list.length = capacity + 1
  list.fill(NONE, from)
}

function childOf(branch: Branch, token: Token): Child | undefined {
  if (!Array.isArray(branch)) return branch.get(token)
  for (let i = 1; i < branch.length; i += 2) if (branch[i] === token) return branch[i + 1] as Child
  return undefined
}

/** The position in a fork of a token that is there. (Not `indexOf`: children are numbers too.) */
function positionOf(fork: Fork, token: Token): number {
  let i = 1
  while (fork[i] !== token) i += 2
  return i
}

/** Replaces the child of a token that has one. */
function setChild(branch: Branch, token: Token, child: Child): void {
  if (Array.isArray(branch)) branch[positionOf(branch, token) + 1] = child
  else branch.set(token, child)
}

/** `branch` with one more child: itself, or what must take its place. */
function withChild(branch: Branch, token: Token, child: Child): Branch {
  if (!Array.isArray(branch)) return branch.set(token, child)
  if (branch.length < 2 * FORK_CHILDREN + 1) return branch.concat([token, child])
  const map = new Map<Token, Child>()
  for (let i = 1; i < branch.length; i += 2) map.set(branch[i] as Token, branch[i + 1] as Child)
  return map.set(token, child)
}

function removeChild(branch: Branch, token: Token): void {
  if (Array.isArray(branch)) branch.splice(positionOf(branch, token), 2)
  else branch.delete(token)
}

const SEVERAL = -1

/** The slot that a branch leads to if it leads to no other; undefined if it leads nowhere; else SEVERAL. */
function onlyChild(branch: Branch): number | undefined {
  const count = Array.isArray(branch) ? (branch.length - 1) / 2 : branch.size
  if (count > 1) return SEVERAL
  const child = Array.isArray(branch) ? (branch[2] as Child | undefined) : branch.values().next().value
  return child === undefined || typeof child === 'number' ? child : SEVERAL
}
