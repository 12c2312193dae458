/**
 * Finds real documents: the README files of the installed packages.
 * The same tree gives the same list in the same order on every run and machine. Symbolic links are not
 * followed, so no document comes twice by a detour and no cycle is walked.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const README = /^readme.*\.md$/i

/** Paths of the README*.md files under `root`, in code unit order, at most `limit`, each within `maxBytes`. */
export function findDocuments(root, { limit, maxBytes }) {
  const found = []
  collect(root, maxBytes, found)
  found.sort((a, b) => (a.path < b.path ? -1 : 1))
  return found.slice(0, limit)
}

function collect(directory, maxBytes, found) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) collect(path, maxBytes, found)
    else if (entry.isFile() && README.test(entry.name)) {
      const bytes = statSync(path).size
      if (bytes > 0 && bytes <= maxBytes) found.push({ path, bytes })
    }
  }
}
