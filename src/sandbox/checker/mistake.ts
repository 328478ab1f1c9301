// What a check of code finds. Lines and columns count from one.

export interface Mistake {
  readonly line: number
  readonly column: number
  readonly reason: string
}

/** A place in a text, as an offset, in lines and columns. */
export function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: at - lineStart + 1 }
}

export const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
