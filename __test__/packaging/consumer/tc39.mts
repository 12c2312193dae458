/** Every place that the TC39 decorators can be put, with and without options. */
import { cache, cacheFor } from 'warp-cache'

let calls = 0

class Users {
  @cache byId(id: number): string {
    calls++
    return `user ${id}`
  }
  @cache() async load(id: number): Promise<number> {
    calls++
    return id
  }
  @cache({ ttl: 1000 }) static count(prefix: string): number {
    calls++
    return prefix.length
  }
  @cache({ maxSize: 1 }) get all(): readonly string[] {
    calls++
    return ['a']
  }
  @cache #hidden(id: number): number {
    calls++
    return id
  }
  twice(id: number): number {
    return this.#hidden(id) + this.#hidden(id)
  }
}

const users = new Users()
const results = [users.byId(1), users.byId(1), await users.load(2), await users.load(2)]
results.push(Users.count('ab'), Users.count('ab'), users.all.length + users.all.length, users.twice(3))
console.log(JSON.stringify([results, calls, cacheFor(users, 'byId').cacheInfo().hits]))
