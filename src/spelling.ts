// What a misspelt name was meant to be: the same letters in another case or with other joints (`project_id`), else the known
// name that the fewest slips lead to (edit distance).

/** Letters of what is compared slip by slip. */
const LONGEST = 40
const SLIPS_AT_MOST = 2

/** The known name that was most likely meant; undefined where none is close. */
export function closestTo(name: string, known: readonly string[]): string | undefined {
  const given = lettersOf(name)
  const same = known.find((one) => lettersOf(one) === given)
  if (same !== undefined || given.length > LONGEST) return same
  const most = Math.min(SLIPS_AT_MOST, Math.floor(given.length / 3))
  const near = known.filter((one) => Math.abs(lettersOf(one).length - given.length) <= most)
  const slips = near.map((one) => [slipsBetween(given, lettersOf(one)), one] as const)
  const [closest] = slips.toSorted(([one], [other]) => one - other)
  return closest && closest[0] <= most ? closest[1] : undefined
}

const lettersOf = (name: string): string => name.toLowerCase().replace(/[-_.\s]/g, '')

/** How many letters to change, add, leave out, or swap with their neighbour. */
function slipsBetween(one: string, other: string): number {
  let before: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= other.length; j += 1) {
      const at = (line: number[], column: number) => line[column] ?? Number.POSITIVE_INFINITY
      const change = at(row, j - 1) + Number(one[i - 1] !== other[j - 1])
      const isSwap = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      next.push(Math.min(change, at(row, j) + 1, at(next, j - 1) + 1, isSwap ? at(before, j - 2) + 1 : change))
    }
    ;[before, row] = [row, next]
  }
  return row[other.length] ?? 0
}
