// Search offline: notes that share words with the query come first, and there are as many hits as were asked for, since
// clients count on that.
import { SNIPPETS, type Snippet, SOURCES, type Source } from './snippets.ts'

export interface Criterion {
  readonly input: string
  readonly type: Source
  readonly count: number
}

const LONGEST = 2_000
const WORDS_AT_MOST = 50

/** The first words of a text, each once. */
const words = (text: string): string[] =>
  [
    ...new Set(
      text
        .slice(0, LONGEST)
        .toLowerCase()
        .match(/[a-z]{3,}/g),
    ),
  ].slice(0, WORDS_AT_MOST)

function relevance({ page, content }: Snippet, wanted: readonly string[]): number {
  const found = words(`${page} ${content}`)
  const shared = wanted.filter((word) => found.some((other) => other.startsWith(word) || word.startsWith(other))).length
  return wanted.length === 0 ? 0 : shared / wanted.length
}

export function search({ input, type, count }: Criterion) {
  const wanted = words(input)
  // Its own source first; when that is exhausted, the others.
  const sources = [type, ...SOURCES.filter((source) => source !== type)]
  return sources
    .flatMap((source, distance) =>
      SNIPPETS[source]
        .map((snippet) => ({ ...snippet, source, rank: relevance(snippet, wanted) }))
        .sort((a, b) => b.rank - a.rank)
        .map((hit) => ({ ...hit, distance })),
    )
    .slice(0, count)
    .map(({ page, content, source, rank, distance }) => ({
      url: `https://sandbox.example.org/${source.toLowerCase()}/${page}`,
      score: Number((0.4 + 0.55 * rank - 0.1 * distance).toFixed(2)),
      content,
      type: SOURCES.indexOf(source),
    }))
}
