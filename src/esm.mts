/** The ES module entry: the names of the CommonJS one, and so the same state. */
export * from './index.js'
