// A name for one call (correlation id) that a person can read out to whoever runs the server, who finds it in the log.
import { randomInt } from 'node:crypto'

/** Without vowels, so that no words come out, and without what looks like something else (l and 1, o and 0). */
const ALPHABET = 'bcdfghjkmnpqrstvwxyz23456789'

/** Eight characters that nobody has had before, in all likelihood. */
export const reference = (): string => Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
