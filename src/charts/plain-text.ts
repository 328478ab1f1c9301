// Names in a chart come from strangers' code. What a picture shows of them is one line of harmless text.

// Controls (XML has no form for most of them), line breaks, and the bidirectional controls that can turn a line round.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]+/gu
/** Nobody reads past this, and a name of a megabyte must not be walked through again for every pattern. */
const LONGEST = 1000

/** One line of at most `length` characters, cut in the middle: names of a family often differ at their end. */
export function plainText(value: unknown, length: number): string {
  if (typeof value !== 'string') return ''
  const line = value.slice(0, LONGEST).toWellFormed().replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim()
  // ECharts keeps what it measured in plain objects, by text. `__proto__` as a key there spoils this picture and the next.
  if (line in Object.prototype) return `${line}\u00a0`
  const characters = [...line]
  if (characters.length <= length) return line
  const tail = Math.floor(length / 3)
  return `${characters.slice(0, length - tail - 1).join('')}…${characters.slice(-tail).join('')}`
}
