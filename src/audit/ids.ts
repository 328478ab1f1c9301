// Of a tool's arguments only ids are kept: enough to find what was worked on, and nothing of what was written, searched or
// signed in with.

/**
 * The arguments that are ids, all of them at the top of a tool's input. `codeSourceId` is none, whatever it is called: it
 * is the name of an editor, in any words. What lies deeper (a brokerage's login, for one) is never looked at.
 */
export const IDS = [
  'projectId',
  'excludeProjectId',
  'compileId',
  'backtestId',
  'optimizationId',
  'algorithmId',
  'nodeId',
  'versionId',
  'organizationId',
  'collaboratorId',
  'collaboratorUserId',
  'jobId',
] as const

/** What an id looks like. Anything else under an id's name is not one, and may be anything. */
const isId = (value: unknown): value is string | number =>
  Number.isSafeInteger(value) || (typeof value === 'string' && /^[A-Za-z0-9 _.:-]{1,80}$/.test(value))

/** The ids among a tool's arguments, which nobody has checked yet. */
export function idsIn(args: unknown): Record<string, string | number> {
  if (typeof args !== 'object' || args === null) return {}
  const given = new Map<string, unknown>(Object.entries(args))
  return Object.fromEntries(
    IDS.flatMap((name) => {
      const value = given.get(name)
      return isId(value) ? [[name, value]] : []
    }),
  )
}
