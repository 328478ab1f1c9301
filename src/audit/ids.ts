// Of a tool's arguments only ids are kept: enough to find what was worked on, and nothing of what was written, searched or
// signed in with. Which arguments are ids is for the tool to say; what lies deeper (a brokerage's login, for one) is never
// looked at.

/** What an id looks like: one word. Anything else under an id's name is not one, and may be anything. */
const isId = (value: unknown): value is string | number =>
  Number.isSafeInteger(value) || (typeof value === 'string' && /^[A-Za-z0-9_.:-]{1,80}$/.test(value))

/** The ids among a tool's arguments, which nobody has checked yet; `names` are those of the arguments that are ids. */
export function idsIn(args: unknown, names: readonly string[]): Record<string, string | number> {
  if (typeof args !== 'object' || args === null) return {}
  // Only those that are asked for are looked at, however many there are.
  const given = names.filter((name) => Object.hasOwn(args, name))
  const ids = given.map((name) => [name, (args as Readonly<Record<string, unknown>>)[name]] as const)
  return Object.fromEntries(ids.filter((id): id is [string, string | number] => isId(id[1])))
}
