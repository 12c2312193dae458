/** Lines over time, as an SVG that can be read on light and on dark ground. */
'use strict'

const [WIDTH, LEFT, RIGHT] = [980, 84, 230]
const [TOP, HEIGHT, GAP] = [70, 190, 62]
const COLOURS = ['#0969da', '#d1242f', '#1a7f37', '#9a6700', '#8250df', '#bf3989']
const DARK_COLOURS = ['#58a6ff', '#ff7b72', '#3fb950', '#d29922', '#bc8cff', '#f778ba']

const escaped = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c])
const coordinate = (value) => value.toFixed(1)

/** At most so many steps on an axis. */
const STEPS = 6

/** Round numbers from 0 to above the largest. */
function marksTo(most) {
  const unit = 10 ** Math.floor(Math.log10(most))
  const step = [0.2, 0.5, 1, 2].find((each) => most / (each * unit) <= STEPS) * unit
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, n) => Number((n * step).toPrecision(3)))
}

/** What is written along an axis, and where on it a value is. A logarithmic one has powers of ten. */
function axis(lines, log) {
  const values = Object.values(lines).flatMap((points) => points.map(([, value]) => value))
  if (log) {
    const [from, to] = [
      Math.floor(Math.log10(Math.min(...values))),
      Math.ceil(Math.log10(Math.max(...values))),
    ]
    const marks = Array.from({ length: to - from + 1 }, (_, n) => 10 ** (from + n))
    return { marks, place: (value) => (Math.log10(value) - from) / (to - from) }
  }
  const marks = marksTo(Math.max(...values))
  return { marks, place: (value) => value / marks.at(-1) }
}

function panel({ title, lines, log }, top, end) {
  const right = WIDTH - RIGHT
  const bottom = top + HEIGHT
  const { marks, place } = axis(lines, log)
  const x = (at) => LEFT + ((right - LEFT) * at) / end
  const y = (value) => bottom - HEIGHT * place(value)
  const parts = [`<text class="title" x="${LEFT}" y="${top - 12}">${escaped(title)}</text>`]
  for (const mark of marks) {
    const at = coordinate(y(mark))
    parts.push(`<path class="grid" d="M${LEFT} ${at}H${right}"/>`)
    parts.push(
      `<text class="mark" text-anchor="end" x="${LEFT - 8}" y="${Number(at) + 4}">${mark.toLocaleString('en')}</text>`,
    )
  }
  for (const minutes of marksTo(end / 60_000).filter((each) => each * 60_000 <= end)) {
    const at = coordinate(x(minutes * 60_000))
    const label = minutes === 0 ? '0 min' : minutes
    parts.push(`<text class="mark" text-anchor="middle" x="${at}" y="${bottom + 17}">${label}</text>`)
  }
  Object.entries(lines).forEach(([name, points], n) => {
    const path = points
      .map(([at, value]) => `${coordinate(x(Math.min(at, end)))} ${coordinate(y(value))}`)
      .join('L')
    const label = top + 10 + 22 * n
    parts.push(`<path class="line c${n}" d="M${path}"/>`)
    parts.push(`<path class="line c${n} key" d="M${right + 16} ${label - 4}h18"/>`)
    parts.push(`<text class="mark" x="${right + 40}" y="${label}">${escaped(name)}</text>`)
  })
  return parts.join('\n')
}

/** `end`: milliseconds at the right. Each panel has a title and lines of points: time in milliseconds, and value. */
function plot({ title, subtitle, panels, end }) {
  const height = TOP + panels.length * (HEIGHT + GAP)
  const strokes = (colours) => colours.map((colour, n) => `.c${n}{stroke:${colour}}`).join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
<style>
text{font-family:system-ui,sans-serif;fill:#1f2328}.head{font-size:18px;font-weight:600}.title{font-size:14px;font-weight:600}
.mark{font-size:12px}.ground{fill:#fff}.grid{stroke:#d1d9e0;fill:none}.line{fill:none;stroke-width:1.3}.key{stroke-width:3}
${strokes(COLOURS)}
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.ground{fill:#0d1117}.grid{stroke:#3d444d}${strokes(DARK_COLOURS)}}
</style>
<rect class="ground" width="${WIDTH}" height="${height}"/>
<text class="head" x="${LEFT}" y="24">${escaped(title)}</text>
<text class="mark" x="${LEFT}" y="42">${escaped(subtitle)}</text>
${panels.map((each, n) => panel(each, TOP + 14 + n * (HEIGHT + GAP), end)).join('\n')}
</svg>
`
}

module.exports = { plot }
