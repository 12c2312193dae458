/**
 * Makes checks of the comments in an example:
 *
 *   price(2) // → 4
 *   price(new Thing()) // throws TypeError: Argument 1 cannot be part of a cache key…
 *
 * The comment speaks of the statement that ends on its line, or on the line before if it stands alone. A value is a
 * JavaScript expression; `…` ends a message that goes on. A comment that speaks of nothing is an error.
 */
import ts from 'typescript'

const MARK = /\/\/ (→|throws) (.*)$/

/**
 * The code with a call of `__check` or `__throws` (see `runtime.cjs`) for each comment. No line moves.
 * @param firstLine - the number that messages give to the first line.
 */
export function withChecks(code: string, firstLine: number): string {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ESNext, true)
  const statements = statementsOf(source)
  const edits: { from: number; to: number; text: string }[] = []
  const lines = code.split('\n')
  const checked: number[] = []
  for (const [number, line] of lines.entries()) {
    const mark = MARK.exec(line)
    if (mark === null) continue
    const alone = line.slice(0, mark.index).trim() === ''
    const statement = endingOn(statements, source, alone ? number - 1 : number)
    if (statement === undefined)
      throw new Error(`line ${firstLine + number}: which statement is this about? ${mark[0]}`)
    edits.push(edit(statement, mark[1] === 'throws', mark[2].trim(), firstLine + number))
    checked.push(firstLine + number)
  }
  let text = code
  for (const { from, to, text: replacement } of edits.sort((a, b) => b.from - a.from)) {
    text = text.slice(0, from) + replacement + text.slice(to)
  }
  return `globalThis.__expect(${JSON.stringify(checked)}); ${text}`
}

function statementsOf(source: ts.SourceFile): ts.Statement[] {
  const found: ts.Statement[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) || ts.isVariableStatement(node)) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** The statement that ends last on a line. */
function endingOn(statements: ts.Statement[], source: ts.SourceFile, line: number): ts.Statement | undefined {
  const ending = statements.filter((each) => source.getLineAndCharacterOfPosition(each.end).line === line)
  return ending.sort((a, b) => b.end - a.end || b.pos - a.pos)[0]
}

function edit(statement: ts.Statement, throws: boolean, expected: string, line: number) {
  const told = `${line}, ${JSON.stringify(expected)}`
  const whole = { from: statement.getStart(), to: statement.end }
  if (ts.isExpressionStatement(statement)) {
    const expression = statement.expression.getText()
    if (!throws) return { ...whole, text: `globalThis.__check(${told}, ${expression});` }
    const call = awaits(statement) ? 'await globalThis.__rejects' : 'globalThis.__throws'
    const body = awaits(statement) ? `async () => (${expression})` : `() => (${expression})`
    return { ...whole, text: `${call}(${told}, ${body});` }
  }
  const [declaration] = (statement as ts.VariableStatement).declarationList.declarations
  if (throws || !ts.isIdentifier(declaration.name))
    throw new Error(`line ${line}: a value of one name, please`)
  return { from: whole.to, to: whole.to, text: `;globalThis.__check(${told}, ${declaration.name.text});` }
}

/** Whether a statement awaits something itself, and not in a function that it makes. */
function awaits(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node)) return true
  if (ts.isFunctionLike(node)) return false
  return ts.forEachChild(node, awaits) ?? false
}
