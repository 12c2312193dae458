/**
 * LFU: every entry counts its uses; the smallest count goes, and of several such the one that was used first.
 */
import type { Model } from './model'

interface Counted {
  entry: number
  uses: number
  lastUse: number
}

export class LfuModel implements Model {
  private entries: Counted[] = []
  private time = 0

  get size(): number {
    return this.entries.length
  }

  insert(entry: number): void {
    this.entries.push({ entry, uses: 1, lastUse: ++this.time })
  }

  hit(entry: number): void {
    for (const counted of this.entries) {
      if (counted.entry !== entry) continue
      counted.uses++
      counted.lastUse = ++this.time
    }
  }

  remove(entry: number): void {
    this.entries = this.entries.filter((counted) => counted.entry !== entry)
  }

  victim(): number {
    const ranked = [...this.entries].sort((a, b) => a.uses - b.uses || a.lastUse - b.lastUse)
    return ranked[0].entry
  }

  clear(): void {
    this.entries = []
  }
}
