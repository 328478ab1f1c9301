// How a name looks at a glance: without capitals, accents and blanks, with letters of other alphabets as the Latin ones that
// they are drawn like (Unicode Technical Standard 39, confusables).

/** Letters that are drawn like Latin ones, capitals only where they look like another letter than the small one does. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  ...drawnLike('а ɑ α ᴀ Ꭺ', 'a'),
  ...drawnLike('в β В Β ʙ Ᏼ', 'b'),
  ...drawnLike('с ϲ ᴄ Ꮯ ƈ', 'c'),
  ...drawnLike('ԁ ɗ đ ᴅ Ꭰ', 'd'),
  ...drawnLike('е є ε э ҽ ᴇ Ε Ꭼ', 'e'),
  ...drawnLike('ɡ ց ɢ Ԍ Ꮐ', 'g'),
  ...drawnLike('һ հ н ħ ʜ Η Ꮋ', 'h'),
  ...drawnLike('і ı ι ɪ Ꭵ', 'i'),
  ...drawnLike('ј', 'j'),
  ...drawnLike('к κ ᴋ Ꮶ', 'k'),
  ...drawnLike('ӏ ł ʟ ا ו ן Ꮮ', 'l'),
  ...drawnLike('м ᴍ Μ Ꮇ', 'm'),
  ...drawnLike('п ո ռ ɴ Ν', 'n'),
  ...drawnLike('о ο օ σ ө ø ᴏ ס 〇', 'o'),
  ...drawnLike('р ρ ᴘ Ꮲ', 'p'),
  ...drawnLike('ԛ գ', 'q'),
  ...drawnLike('г ʀ', 'r'),
  ...drawnLike('ѕ ꜱ Ꮪ', 's'),
  ...drawnLike('т τ ᴛ Ꭲ', 't'),
  ...drawnLike('υ ս ʋ ᴜ', 'u'),
  ...drawnLike('ν ѵ ᴠ', 'v'),
  ...drawnLike('ѡ ω ԝ ᴡ', 'w'),
  ...drawnLike('х χ', 'x'),
  ...drawnLike('у γ ү ʏ Υ', 'y'),
  ...drawnLike('ᴢ Ζ', 'z'),
}

/** Digits and signs that are read as letters. */
const READ_AS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '|': 'l',
  '!': 'l',
  '€': 'e',
}

/** A part of a name between blanks, signs, or where small letters turn to capitals. */
export interface Word {
  readonly looks: string
  readonly letters: readonly string[]
}

/**
 * The words of a name, as they look. With `digitsRead` digits and signs stand for letters, as in "Cl4ude"; without it they end a
 * word, as in "Claude4".
 */
export function wordsAtAGlance(name: string, digitsRead: boolean): Word[] {
  const words: { looks: string; letters: string[] }[] = []
  const all = [...name]
  let open = false
  all.forEach((letter, index) => {
    if (/^\p{M}$/u.test(letter)) return
    const isRead = digitsRead && (letter !== '!' || /^\p{L}$/u.test(all[index + 1] ?? '')) // at the end it only calls out
    const looks = (isRead ? READ_AS[letter] : undefined) ?? foldLetter(letter)
    if (!/^\p{L}+$/u.test(looks)) {
      open = false
      return
    }
    const last = words.at(-1)
    if (last && open && !beginsWord(all[index - 1] ?? '', letter, all[index + 1] ?? '')) {
      last.looks += looks
      last.letters.push(letter)
    } else words.push({ looks, letters: [letter] })
    open = true
  })
  return words.map(({ looks, letters }) => ({ looks: atAGlance(looks), letters }))
}

/** The same for a text in small Latin letters: shapes that are hard to tell apart are one. */
export const atAGlance = (looks: string): string =>
  looks.replaceAll('rn', 'm').replaceAll('vv', 'w').replaceAll('i', 'l')

/** What kind of letter it is that is drawn like a plain Latin one and is none; undefined of every other. */
export function foreignKind(letter: string): string | undefined {
  if (!/^\p{L}$/u.test(letter) || /^[a-z]\p{M}*$/iu.test(letter.normalize('NFD'))) return undefined
  return KINDS.find(([, pattern]) => pattern.test(letter))?.[0] ?? 'of another alphabet'
}

/** What a letter looks like, in small Latin letters. */
export function foldLetter(letter: string): string {
  const plain = letter.normalize('NFKD').replace(/\p{M}/gu, '')
  return [...plain].map((one) => LOOK_ALIKES[one] ?? LOOK_ALIKES[one.toLowerCase()] ?? one.toLowerCase()).join('')
}

const KINDS: readonly (readonly [string, RegExp])[] = [
  ['of another width or style', /[\uff21-\uff5a\u2100-\u214f\u{1d400}-\u{1d7ff}]/u],
  ['uncommon', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Armenian', /\p{Script=Armenian}/u],
  ['Cherokee', /\p{Script=Cherokee}/u],
  ['Hebrew', /\p{Script=Hebrew}/u],
  ['Arabic', /\p{Script=Arabic}/u],
]

/** Whether a capital begins a word: after a small letter, or as the last of several before one (ChatGPT|Connector). */
function beginsWord(before: string, letter: string, after: string): boolean {
  if (!/\p{Lu}/u.test(letter)) return false
  return /\p{Ll}/u.test(before) || (/\p{Lu}/u.test(before) && /\p{Ll}/u.test(after))
}

function drawnLike(letters: string, latin: string): Record<string, string> {
  return Object.fromEntries(letters.split(' ').map((letter) => [letter, latin]))
}
