/**
 * One table for a terminal: columns as wide as their widest cell, the first to the left, the others to the right.
 * Cells arrive as strings: how a number is written is decided by whoever knows what it means.
 */
export function formatTable(header, rows) {
  const lines = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)))
  const line = (cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')
  return [line(header), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}
