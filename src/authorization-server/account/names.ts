// Names in a row: of all that a press was about, as many as somebody reads.

/** A cookie has no room for more either. */
const NAMED = 5

/** The first of them, and how many more there are. */
export const shortened = (names: readonly string[]): readonly string[] =>
  names.length > NAMED ? [...names.slice(0, NAMED), `${names.length - NAMED} more`] : names

/** The same as a text. */
export const listNames = (names: readonly string[]): string => shortened(names.map((name) => `“${name}”`)).join(', ')
