// Where a person finds things on quantconnect.com.

/** The page of what a project runs live. */
export const liveAddress = (projectId: unknown): string => `${addressOf(projectId)}/live`

/** The page of a project, or of one of its backtests. */
export const addressOf = (projectId: unknown, backtestId?: unknown): string =>
  ['https://www.quantconnect.com/project', projectId, ...(backtestId === undefined ? [] : [backtestId])].join('/')
