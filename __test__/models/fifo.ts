/** FIFO: a queue. */
import type { Model } from './model'

export class FifoModel implements Model {
  private queue: number[] = []

  get size(): number {
    return this.queue.length
  }

  insert(entry: number): void {
    this.queue.push(entry)
  }

  hit(): void {}

  remove(entry: number): void {
    this.queue = this.queue.filter((other) => other !== entry)
  }

  victim(): number {
    return this.queue[0]
  }

  clear(): void {
    this.queue = []
  }
}
