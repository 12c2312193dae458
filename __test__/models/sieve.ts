/**
 * SIEVE: a queue of entries with a visited mark, and a hand that rests at an entry or at none. A search
 * starts at the hand (at the oldest entry when it rests at none) and goes towards the newest; it unmarks what
 * is marked, and ends at the first entry that is not. The hand then rests at the next newer one.
 *
 * The newest `grace` entries are out of the hand's reach: a search that comes to the first of them goes on at
 * the oldest entry, and a hand that would rest at one rests at none. Unless all entries are: then a search
 * sees all.
 */
import type { Model } from './model'

interface Marked {
  entry: number
  visited: boolean
}

export class SieveModel implements Model {
  private newestFirst: Marked[] = []
  private hand: Marked | undefined

  constructor(private readonly grace: number) {}

  get size(): number {
    return this.newestFirst.length
  }

  insert(entry: number): void {
    this.newestFirst.unshift({ entry, visited: false })
  }

  hit(entry: number): void {
    for (const marked of this.newestFirst) if (marked.entry === entry) marked.visited = true
  }

  remove(entry: number): void {
    const index = this.newestFirst.findIndex((marked) => marked.entry === entry)
    if (this.newestFirst[index] === this.hand) this.hand = this.newestFirst[index - 1]
    this.newestFirst.splice(index, 1)
    this.keepHandInReach()
  }

  victim(): number {
    const inReach = this.newestFirst.slice(this.grace)
    const oldestFirst = (inReach.length === 0 ? [...this.newestFirst] : inReach).reverse()
    let index = this.hand === undefined ? 0 : oldestFirst.indexOf(this.hand)
    while (oldestFirst[index].visited) {
      oldestFirst[index].visited = false
      index = (index + 1) % oldestFirst.length
    }
    this.hand = oldestFirst[index + 1]
    this.keepHandInReach()
    return oldestFirst[index].entry
  }

  clear(): void {
    this.newestFirst = []
    this.hand = undefined
  }

  private keepHandInReach(): void {
    if (this.hand !== undefined && this.newestFirst.indexOf(this.hand) < this.grace) this.hand = undefined
  }
}
