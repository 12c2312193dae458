/** What a server answers, compared with what it should. */

const FETCHED_AT_ONCE = 10

/** The pages of so many documents. */
export async function fetchPages(url, count) {
  const pages = []
  for (let first = 0; first < count; first += FETCHED_AT_ONCE) {
    const some = Array.from({ length: Math.min(FETCHED_AT_ONCE, count - first) }, (_, i) =>
      fetchPage(url, first + i),
    )
    pages.push(...(await Promise.all(some)))
  }
  return pages
}

async function fetchPage(url, n) {
  const response = await fetch(`${url}/doc/${n}`)
  if (response.status !== 200) throw new Error(`/doc/${n} answered ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}

/**
 * Throws unless every page is what is expected, byte by byte. Twice, since the first pass meets what the load left behind
 * and may compute the rest.
 */
export async function comparePages(url, expected, paths, name) {
  for (let pass = 1; pass <= 2; pass++) {
    const pages = await fetchPages(url, expected.length)
    const wrong = pages.findIndex((page, n) => !page.equals(expected[n]))
    if (wrong !== -1) throw new Error(`"${name}" served a wrong page for ${paths[wrong]}`)
  }
}
