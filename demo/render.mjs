/**
 * The work worth caching: Markdown to an HTML page by `marked`, code blocks coloured by `highlight.js`.
 * Pure: the page depends on the source and nothing else. It does not sanitise (loopback demo, documents that are
 * installed already) and it knows nothing of caches.
 */
import hljs from 'highlight.js/lib/common'
import { Marked } from 'marked'

const marked = new Marked({
  renderer: {
    code({ text, lang }) {
      const language = lang?.match(/^[\w+#-]+/)?.[0]
      // A block that names no language stays false: marked then escapes it. Guessing the language would cost far
      // more than all the rest, and flatter the cache.
      if (!language || !hljs.getLanguage(language)) return false
      const html = hljs.highlight(text, { language, ignoreIllegals: true }).value
      return `<pre><code class="hljs language-${language}">${html}</code></pre>\n`
    },
  },
})

/** A whole HTML page. */
export function renderMarkdown(source) {
  return `<!doctype html>\n<meta charset="utf-8">\n<main>\n${marked.parse(source)}</main>\n`
}
