// An lru-cache that lives in the primary process of a node:cluster, and that the workers ask by messages: what one takes
// today so that they share a cache without a server.

const load = async () => (await import('lru-cache-for-clusters-as-promised')).default

export default {
  name: 'lru-cache-for-clusters-as-promised',
  package: 'lru-cache-for-clusters-as-promised',
  how: 'in a worker of a node:cluster, written by hand around its get and set, both awaited',

  /** To be called in the primary process before workers are there. */
  async primary() {
    ;(await load()).init()
  },

  /** In a worker. */
  async wrapAsync(fn, { maxSize }) {
    const Cache = await load()
    // By default it waits for 100 ms and then says that there is no such entry.
    const store = await Cache.getInstance({ max: maxSize, timeout: 10_000, failsafe: 'reject' })
    return async (key) => {
      const known = await store.get(key)
      if (known !== undefined) return known
      const value = fn(key)
      await store.set(key, value)
      return value
    }
  },
}
