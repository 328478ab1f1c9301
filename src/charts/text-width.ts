// How wide a text will be, without the font at hand: enough to keep labels in their place.

/** Arimo's widths, a little generous, as parts of its size. */
const NARROW = /[iljtfrI.,:;'|!()[\]{} -]/
const WIDE = /[mwMW@%]/
const CAPITAL = /[A-Z&$#0-9=+<>~^_?]/

const share = (character: string) => {
  if (NARROW.test(character)) return 0.36
  if (WIDE.test(character)) return 0.95
  if (/[a-z0-9$]/.test(character)) return 0.57
  if (CAPITAL.test(character) || character < 'ɏ') return 0.75
  return 1
}

/** No narrower than the text is when drawn at this size. */
export const widthOf = (text: string, size: number): number =>
  [...text].reduce((sum, character) => sum + share(character) * size, 0)

/** The text, shortened with an ellipsis to a width. */
export function fitted(text: string, size: number, width: number): string {
  if (widthOf(text, size) <= width) return text
  let used = size
  let kept = ''
  for (const character of text) {
    used += share(character) * size
    if (used > width) break
    kept += character
  }
  return `${kept.trimEnd()}…`
}
