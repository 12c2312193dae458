/** LRU: every use gets the next time stamp, and the smallest stamp goes. */
import type { Model } from './model'

export class LruModel implements Model {
  private readonly lastUse = new Map<number, number>()
  private time = 0

  get size(): number {
    return this.lastUse.size
  }

  insert(entry: number): void {
    this.lastUse.set(entry, ++this.time)
  }

  hit(entry: number): void {
    this.lastUse.set(entry, ++this.time)
  }

  remove(entry: number): void {
    this.lastUse.delete(entry)
  }

  victim(): number {
    const [first, ...others] = this.lastUse
    return others.reduce((chosen, other) => (other[1] < chosen[1] ? other : chosen), first)[0]
  }

  clear(): void {
    this.lastUse.clear()
  }
}
