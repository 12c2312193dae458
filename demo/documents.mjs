/**
 * Finds real documents: the README files of the installed packages.
 * The same tree gives the same list in the same order on every run and machine. Symbolic links are not
 * followed, so no document comes twice by a detour and no cycle is walked.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const README = /^readme.*\.md$/i

const ROOT = fileURLToPath(new URL('../node_modules', import.meta.url))
const LIMIT = 200
const MAX_BYTES = 200 * 1024

/** Those that the demos render. */
export function demoDocuments() {
  const documents = findDocuments(ROOT, { limit: LIMIT, maxBytes: MAX_BYTES })
  if (documents.length === 0) throw new Error(`No README*.md under ${ROOT}: install the packages first`)
  return documents
}

/** Paths of the README*.md files under `root`, in code unit order, at most `limit`, each within `maxBytes`. */
function findDocuments(root, { limit, maxBytes }) {
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
