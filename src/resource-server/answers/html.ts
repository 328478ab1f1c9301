// A page as a reader would see it without its pictures: text, one line a block, cells side by side.
import { Parser } from 'htmlparser2'

/** More is not read. QuantConnect's reports hold their pictures inside, which count too. */
const HTML_AT_MOST = 8_000_000
const UNSEEN = new Set(['head', 'script', 'style', 'svg', 'template', 'title', 'noscript'])
const CELLS = new Set(['td', 'th'])
const BLOCKS = new Set(
  'address article blockquote br div dl dt dd figure footer h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table tr ul'.split(
    ' ',
  ),
)

/** The text of a page. Takes one pass over it, whatever it is. */
export function readable(html: string): string {
  const pieces: string[] = []
  let hidden = 0
  const parser = new Parser({
    onopentagname(name) {
      if (UNSEEN.has(name)) hidden += 1
      else if (BLOCKS.has(name)) pieces.push('\n')
      else if (CELLS.has(name)) pieces.push('  ')
    },
    ontext(text) {
      if (!hidden) pieces.push(text.replace(/\s+/g, ' '))
    },
    onclosetag(name) {
      if (UNSEEN.has(name)) hidden -= 1
      else if (BLOCKS.has(name)) pieces.push('\n')
    },
  })
  parser.end(html.slice(0, HTML_AT_MOST))
  const lines = pieces
    .join('')
    .split('\n')
    .map((line) => line.trim())
  return lines.filter(Boolean).join('\n')
}
