// What a person's record says of a call, in a trader's words: a row of a table, which is read by somebody who was not there.
// Names in it come from strangers, so they stand between marks that they cannot close, and none is long.
import { beginningOf, clip, inline } from '../answers/reading.ts'
import { visible } from '../answers/unseen.ts'

/** Characters of what is said of one call. */
const WORDS_AT_MOST = 200
/** Characters of a name within. */
const NAME_AT_MOST = 60
/** Characters of a name that are looked at: what cannot be seen is not counted, and nobody needs to read megabytes of it. */
const LOOKED_AT = 2_000

/** A name or a key, as somebody chose it. */
export function inQuotes(name: string, length = NAME_AT_MOST): string {
  const seen = inline(visible(beginningOf(name, LOOKED_AT))).trim()
  return `“${clip(seen, length - 2).replace(/[“”]/g, '"')}”`
}

const ONE_WORD = /^[\w.:/^$=+-]{1,60}$/

/** An id or a symbol: as it is, if it is one word, since it may be anything. */
export const term = (value: string): string => (ONE_WORD.test(value) ? value : inQuotes(value, 40))

/** The words that there are, in one list. */
export const listed = (...words: readonly (string | false | undefined)[]): string => words.filter(Boolean).join(', ')

/** The words of one call as its row holds them: on one line, with nothing unseen in it. The title of its tool where there are none. */
export async function inTradersWords(title: string, says: () => string | Promise<string>): Promise<string> {
  try {
    return clip(visible(await says()).trim(), WORDS_AT_MOST - 2) || title
  } catch {
    return title
  }
}
