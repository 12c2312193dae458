/** MRU: every use moves the entry to the top of a stack, and the top goes. */
import type { Model } from './model'

export class MruModel implements Model {
  private stack: number[] = []

  get size(): number {
    return this.stack.length
  }

  insert(entry: number): void {
    this.stack.push(entry)
  }

  hit(entry: number): void {
    this.remove(entry)
    this.stack.push(entry)
  }

  remove(entry: number): void {
    this.stack = this.stack.filter((other) => other !== entry)
  }

  victim(): number {
    return this.stack[this.stack.length - 1]
  }

  clear(): void {
    this.stack = []
  }
}
