// What a reader cannot see. A model reads it all the same: a project's name, a post in a forum or an error's text can carry
// whole sentences in tag characters, which no person who looks at the same words will ever find (UTS #51 has tags for flags
// only; UAX #44, Default_Ignorable_Code_Point). So nothing unseen reaches a model: it is removed and counted, or, where a
// text is the person's own and must stay exact, written out.

/** Emoji, flags, keycaps and ideographs, with what they carry for their looks: seen as a whole, and kept as a whole. */
const SEEN = [
  String.raw`\p{RGI_Emoji_Tag_Sequence}`,
  String.raw`[0-9#*]\uFE0F\u20E3`,
  String.raw`\p{Extended_Pictographic}\p{Emoji_Modifier}?\uFE0F?(?:\u200D\p{Extended_Pictographic}\p{Emoji_Modifier}?\uFE0F?)+`,
  String.raw`[\p{Emoji}--[0-9#*]]\p{Emoji_Modifier}?[\uFE0E\uFE0F]`,
  String.raw`\p{Ideographic}[\uFE00-\uFE02\u{E0100}-\u{E01EF}]`, // a way to write a name that is registered so
].join('|')

/**
 * Formats, tags, fillers, selectors, halves of pairs, and controls but tabs and ends of lines. The last ones are blank
 * though no property says so: the empty Braille cell, a Khitan filler, a note without a head.
 */
const UNSEEN = String.raw`[[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\u{16FE4}\u{1D159}]--[\t\n\r]]`

const SEEN_OR_NOT = new RegExp(`(${SEEN})|${UNSEEN}`, 'gv')
const LINE_ENDS = /\r\n?|[\u2028\u2029]/g
const EXACT = new RegExp(`(${SEEN}|\\r\\n)|[${UNSEEN}\\r\\u2028\\u2029]`, 'gv')
/** What most texts consist of, where there is nothing to look for. */
const PLAIN = /^[\t\n\x20-\x7e\xa0-\xac\xae-\u02ff]*$/

/** Counts, over the texts of one answer, what was removed and what was written out. */
export class UnseenCharacters {
  removed = 0
  escaped = 0

  /** The text as a reader sees it. Lines end with a line feed. */
  remove(text: string): string {
    if (PLAIN.test(text)) return text
    return text.replace(LINE_ENDS, '\n').replace(SEEN_OR_NOT, (_all, seen: string | undefined) => {
      if (seen === undefined) this.removed += 1
      return seen ?? ''
    })
  }

  /** The text with every character that it has, the unseen ones as `\u{…}`. */
  escape(text: string): string {
    if (PLAIN.test(text)) return text
    return text.replace(EXACT, (character, seen: string | undefined) => {
      if (seen === undefined) this.escaped += 1
      return seen ?? `\\u{${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}}`
    })
  }

  /** What there is to say of it, by name. */
  get told(): { readonly removed?: string; readonly escaped?: string } {
    const { removed, escaped } = this
    return {
      ...(removed && { removed: `${unseen(removed)} removed; a name that held any is longer than it looks.` }),
      ...(escaped && {
        escaped: `${unseen(escaped)} shown as \\u{…}; the file holds the characters themselves, so never write these escapes back.`,
      }),
    }
  }
}

const unseen = (count: number): string =>
  count === 1 ? '1 character that cannot be seen is' : `${count} characters that cannot be seen are`

/** A text as a reader sees it, where nobody asks what was removed. */
export const visible = (text: string): string => new UnseenCharacters().remove(text)
