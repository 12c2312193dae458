/** What an isolate does with a table in native memory, in TypeScript. `quick`: CI runs it on every change. */

const vitest = (test) => ({ kind: 'vitest', test })

export const isolateMutations = [
  {
    name: 'near validation off',
    quick: true,
    file: 'src/near.ts',
    from: 'return versions[entry.at] === entry.version && versions[TABLE_GENERATION] === this.generation',
    to: 'return versions.length > 0 || entry.visited > 1',
    red: vitest('threads-near.spec.ts'),
  },
  {
    name: 'near entries outlive a change',
    file: 'src/near.ts',
    from: 'return versions[entry.at] === entry.version && versions[TABLE_GENERATION] === this.generation',
    to: 'return entry.at >= 0 && versions[TABLE_GENERATION] === this.generation',
    red: vitest('threads-near.spec.ts > never gives what was set, deleted or cleared elsewhere'),
  },
  {
    name: 'near entries outlive a clear',
    file: 'src/near.ts',
    from: 'return versions[entry.at] === entry.version && versions[TABLE_GENERATION] === this.generation',
    to: 'return versions[entry.at] === entry.version',
    red: vitest('threads-near.spec.ts > never gives what was cleared elsewhere'),
  },
  {
    name: 'near entries of another generation are taken in',
    file: 'src/near.ts',
    from: 'if (generation !== this.generation || bytes > this.largest) return',
    to: 'if (bytes > this.largest) return',
    red: vitest('threads-near.spec.ts > takes nothing of another generation than the one that there is'),
  },
  {
    name: 'GONE is ignored',
    file: 'src/backends/native-table.ts',
    from: 'export const GONE = -6',
    to: 'export const GONE = -60',
    red: vitest('shared-damage.spec.ts > is left, and the function goes on'),
  },
  {
    name: 'a token of another table is honoured',
    file: 'src/backends/native-values.ts',
    from: 'else if (how.token.table === table) this.store(table, key, value, how)',
    to: 'else this.store(table, key, value, how)',
    red: vitest('shared-damage.spec.ts > gets no result that was asked of it'),
  },
  {
    name: 'what a decoder throws gets out',
    file: 'src/codec/codecs.ts',
    from: 'throw damaged(messageOf(error))',
    to: 'throw error',
    red: vitest('values-fuzz.spec.ts'),
  },
]
