// Names that claim to be a well-known assistant on the web. Where the answer goes tells whether it is: nobody else can
// listen on its makers' hosts. Letters that only look alike (homographs) are read as what they look like.

interface WebClient {
  readonly name: string
  /** What its name looks like without blanks, capitals and look-alike letters. */
  readonly looks: RegExp
  /** The first host is the one that a person is told. */
  readonly hosts: readonly [string, ...string[]]
}

const WEB_CLIENTS: readonly WebClient[] = [
  { name: 'Claude', looks: /^claude(ai|desktop|web|app|mobile|com)?$/, hosts: ['claude.ai', 'claude.com'] },
  { name: 'ChatGPT', looks: /^(openai)?chatgpt(com|app|web)?$|^openai$/, hosts: ['chatgpt.com'] },
  { name: 'Cursor', looks: /^cursor(agents?|web)$/, hosts: ['www.cursor.com', 'cursor.com'] },
  { name: 'Visual Studio Code', looks: /^vscodedev$/, hosts: ['vscode.dev', 'insiders.vscode.dev'] },
  { name: 'Perplexity', looks: /^perplexity(ai)?$/, hosts: ['www.perplexity.ai', 'perplexity.ai'] },
  { name: 'Gemini', looks: /^(google)?gemini(app|web)?$/, hosts: ['gemini.google.com'] },
  { name: 'Le Chat', looks: /^(mistral)?lechat$/, hosts: ['chat.mistral.ai'] },
]

/** Letters of other alphabets, and digits, that are drawn like Latin ones; the small letters of those the names above use. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  а: 'a',
  ɑ: 'a',
  α: 'a',
  с: 'c',
  ϲ: 'c',
  ԁ: 'd',
  ɗ: 'd',
  е: 'e',
  є: 'e',
  ɡ: 'g',
  һ: 'h',
  і: 'i',
  ı: 'i',
  ι: 'i',
  ӏ: 'l',
  ј: 'j',
  о: 'o',
  ο: 'o',
  օ: 'o',
  р: 'p',
  ρ: 'p',
  ѕ: 's',
  т: 't',
  τ: 't',
  υ: 'u',
  ս: 'u',
  х: 'x',
  у: 'y',
  г: 'r',
  п: 'n',
  м: 'm',
  к: 'k',
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '5': 's',
  '|': 'l',
}

/** A name as it looks at a glance. */
const skeleton = (name: string): string =>
  [...name.normalize('NFKD').toLowerCase()]
    .map((letter) => LOOK_ALIKES[letter] ?? letter)
    .join('')
    .replace(/[^a-z]/g, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')

/** The well-known assistant whose name a client bears while its answer goes elsewhere. `host` is absent on this computer. */
export function imitates(name: string, host: string | undefined): { name: string; host: string } | undefined {
  const looks = [skeleton(name), skeleton(name).replaceAll('i', 'l')]
  const claimed = WEB_CLIENTS.find((one) => looks.some((look) => one.looks.test(look)))
  if (!claimed || (host !== undefined && claimed.hosts.includes(host))) return undefined
  return { name: claimed.name, host: claimed.hosts[0] }
}
