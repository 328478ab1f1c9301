// Names that claim to be of a well-known program, of QuantConnect or of this server. Where the answer goes tells whether they
// are: nobody else can listen on its makers' hosts. On this computer any program may listen, so there a name passes that a
// well-known one really bears there, and no other.
import type { Word } from './look-alikes.ts'
import { atAGlance, foldLetter, foreignKind, wordsAtAGlance } from './look-alikes.ts'

interface KnownName {
  /** As a person is told. */
  readonly name: string
  /** What is guarded, in small letters and without blanks. */
  readonly words: readonly string[]
  /**
   * A word of some language, which others may use: guarded alone, and beside words that add nothing. Every other is guarded
   * wherever it stands.
   */
  readonly ordinary?: true
  /** Where its answers go on the web; the first is the one that a person is told. None: it asks for nothing here. */
  readonly hosts: readonly string[]
  /** Its programs on this computer, by all of their names; `any` when it is nothing else. */
  readonly here?: RegExp | 'any'
}

/** Those whose documents we hold (documents/known-clients.ts), other assistants on the web, and the two names that this is about. */
const KNOWN: readonly KnownName[] = [
  {
    name: 'Claude',
    words: ['claude', 'claudeai', 'anthropic'],
    hosts: ['claude.ai', 'claude.com'],
    here: /^claude[ -]?code( \([\w.-]{1,40}\))?$/i, // in parentheses what its person calls this server
  },
  {
    name: 'ChatGPT',
    words: ['chatgpt', 'openai'],
    hosts: ['chatgpt.com'],
    here: /^openai codex( cli)?$/i,
  },
  { name: 'Codex', words: ['codex'], ordinary: true, hosts: ['chatgpt.com'], here: 'any' },
  { name: 'Gemini', words: ['gemini'], hosts: ['gemini.google.com'], here: /^gemini[ -]cli( mcp client)?$/i },
  { name: 'Perplexity', words: ['perplexity'], hosts: ['www.perplexity.ai', 'perplexity.ai'] },
  { name: 'Cursor', words: ['cursor'], ordinary: true, hosts: ['www.cursor.com', 'cursor.com'], here: /^cursor$/i },
  {
    name: 'Visual Studio Code',
    words: ['vscode', 'visualstudiocode'],
    ordinary: true,
    hosts: ['vscode.dev', 'insiders.vscode.dev'],
    here: /^(visual studio code|vs ?code)( -)?( insiders)?$/i,
  },
  { name: 'Le Chat', words: ['lechat', 'mistral'], ordinary: true, hosts: ['chat.mistral.ai'] },
  { name: 'Zed', words: ['zed'], ordinary: true, hosts: [], here: 'any' },
  { name: 'Goose', words: ['goose'], ordinary: true, hosts: [], here: 'any' },
  { name: 'Windsurf', words: ['windsurf'], ordinary: true, hosts: [], here: 'any' },
  { name: 'QuantConnect', words: ['quantconnect'], hosts: ['www.quantconnect.com', 'quantconnect.com'] },
  { name: 'qcgate', words: ['qcgate'], hosts: [] },
]

/** Words that add nothing to a name, and are often glued to one. */
const FILLERS =
  'a access account agent ai api app assist assistant auth beta bot browser business by chat cli client code com connect connection connector desktop dev enterprise extension for free from get google gpt help inc insider integration io lab llm login max mcp mobile my net new oauth official org plugin plus premium pro real s secure security server service support team the tool try use verified web with your'
    .split(' ')
    .map(atAGlance)

/** What a name imitates. */
export interface Imitation {
  readonly name: string
  /** Where its answers would go: a host, or `this computer`; undefined when it asks for nothing here. */
  readonly returnsTo: string | undefined
  /** Letters in it that are drawn like plain Latin ones and are none. */
  readonly foreign: readonly ForeignLetter[]
}

export interface ForeignLetter {
  readonly letter: string
  readonly kind: string
  /** The Latin letter that it looks like. */
  readonly looksLike: string
}

/** The well-known name that a client bears while its answer goes elsewhere. `host` is absent on this computer. */
export function imitates(name: string, host: string | undefined): Imitation | undefined {
  if (!host && KNOWN.some(({ here }) => here instanceof RegExp && here.test(name))) return undefined
  const readings = [wordsAtAGlance(name, false), wordsAtAGlance(name, true)]
  const borne = KNOWN.flatMap((known) => {
    const letters = readings.map((words) => lettersOf(known, words)).find(Boolean)
    return letters ? [{ known, letters }] : []
  })
  if (host && borne.some(({ known }) => known.hosts.includes(host))) return undefined
  const [first] = borne.filter(({ known }) => host || known.here !== 'any')
  if (!first) return undefined
  const { known, letters } = first
  const isProgramHere = known.here instanceof RegExp && known.here.test(name)
  return {
    name: isProgramHere ? name.replace(/ \(.*/, '') : known.name,
    returnsTo: isProgramHere || known.here === 'any' ? 'this computer' : known.hosts[0],
    foreign: [...new Set(letters)].flatMap((letter) => {
      const kind = foreignKind(letter)
      return kind ? [{ letter, kind, looksLike: inCaseOf(letter, foldLetter(letter)) }] : []
    }),
  }
}

const inCaseOf = (letter: string, latin: string): string => (/\p{Lu}/u.test(letter) ? latin.toUpperCase() : latin)

/** The letters in which a name bears a known one; undefined when it does not. */
function lettersOf({ words: guarded, ordinary }: KnownName, words: readonly Word[]): readonly string[] | undefined {
  const known = guarded.map(atAGlance)
  for (let from = 0; from < words.length; from += 1) {
    for (let to = from + 1; to <= words.length; to += 1) {
      const some = words.slice(from, to)
      const looks = some.map((word) => word.looks).join('')
      if (!known.some((one) => looks === one || (some.length === 1 && isGlued(looks, one)))) continue
      const others = [...words.slice(0, from), ...words.slice(to)]
      if (ordinary && others.some((word) => !areFillers(word.looks))) continue
      return some.flatMap(({ letters }) => letters)
    }
  }
  return undefined
}

/** Whether a word is a known one with nothing but fillers before and behind it: "claudeconnector", and not "claudette". */
function isGlued(looks: string, known: string): boolean {
  const at = looks.indexOf(known)
  return at >= 0 && areFillers(looks.slice(0, at)) && areFillers(looks.slice(at + known.length))
}

/** Whether a text is made of fillers, one after the other. Walks it once: the name is a stranger's. */
function areFillers(looks: string): boolean {
  const ends = new Set([0])
  for (let at = 0; at < looks.length; at += 1) {
    if (!ends.has(at)) continue
    for (const filler of FILLERS) if (looks.startsWith(filler, at)) ends.add(at + filler.length)
  }
  return ends.has(looks.length)
}
