// Colours of series on white. Their authors chose them for a dark page as often as not.

/** Apart from one another for readers who see colours differently, and all at least 3:1 on white. */
const PALETTE = [
  '#2563a8',
  '#c2571a',
  '#2e8540',
  '#8b4bab',
  '#b3263e',
  '#0f8291',
  '#8a6d1f',
  '#5f6b7a',
  '#d6408a',
  '#4a3f9e',
  '#6b8e23',
  '#3a2a1e',
] as const

/** For what needs one colour only. */
export const ACCENT = PALETTE[0]

/** `#rgb` or `#rrggbb`, as three channels. Anything else could be markup: colours are written into an attribute. */
function channels(color: string): readonly number[] | undefined {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(color)?.[1]
  if (!hex) return undefined
  const long = hex.length === 3 ? [...hex].map((digit) => digit + digit).join('') : hex
  return [0, 2, 4].map((start) => Number.parseInt(long.slice(start, start + 2), 16))
}

/** Contrast with white (WCAG 2.2, 1.4.11 asks 3:1 of lines that carry meaning). */
function contrast(rgb: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((channel) => {
    const part = channel / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05)
}

const alike = (one: readonly number[], other: readonly number[]) =>
  one.reduce((sum, channel, i) => sum + Math.abs(channel - (other[i] ?? 0)), 0) < 60

/** A colour per series: its own where it can be read and no earlier series has one like it, else of the palette. */
export function coloursFor(wanted: readonly string[]): string[] {
  const own = wanted.map(channels).map((rgb, i, all) => {
    const taken = all.slice(0, i).some((earlier) => rgb && earlier && alike(rgb, earlier))
    return rgb && !taken && contrast(rgb) >= 3 ? rgb : undefined
  })
  const free = PALETTE.filter((color) => !own.some((rgb) => rgb && alike(rgb, channels(color) ?? [])))
  const rest = free.length ? free : PALETTE
  let next = 0
  return own.map((rgb, i) => (rgb ? (wanted[i] ?? '') : (rest[next++ % rest.length] ?? ACCENT)))
}
