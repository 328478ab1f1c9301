// Whether each half of an answer is enough alone, since clients hand their models only one of them.
import assert from 'node:assert/strict'
import type { Json } from './json.ts'

/** Names and values at any depth, spelled as text. */
function* leaves(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* leaves(item)
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      yield name
      yield* leaves(inner)
    }
  } else yield String(value)
}

const words = (text: string): string[] => text.split(/[\s|,"[\]{}()`]+/).filter(Boolean)
/** What the text adds to tell its parts apart. */
const OURS = new Set([':', 'Next:', 'none', '-', 'summary', 'next', 'error'])

/** Asserts that text and structure of a result say the same: every value, id, error and next step. */
export function assertTextAndStructureAgree({ content, structuredContent, isError }: Json, name: string): void {
  const text: string = content.flatMap((part: Json) => (part.type === 'text' ? [part.text] : [])).join('\n')
  const structure = [...leaves(structuredContent)]
  const shown = new Set(words(text))
  for (const leaf of structure) {
    for (const word of words(leaf)) {
      const held = shown.has(word) || shown.has(`${word}:`) || OURS.has(word)
      assert.ok(held, `${name}: the text lacks ${JSON.stringify(word)} of the structure`)
    }
  }
  const known = new Set(structure.flatMap((leaf) => [...words(leaf), ...words(leaf).map((word) => `${word}:`)]))
  for (const word of shown) {
    assert.ok(known.has(word) || OURS.has(word), `${name}: the structure lacks ${JSON.stringify(word)} of the text`)
  }
  assert.ok(structuredContent[isError ? 'error' : 'summary'], `${name}: nothing comes first`)
}
