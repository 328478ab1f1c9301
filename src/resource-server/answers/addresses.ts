// Where a person finds things on quantconnect.com.

/** The page of a project, or of one of its backtests. */
export const addressOf = (projectId: unknown, backtestId?: unknown): string =>
  ['https://www.quantconnect.com/project', projectId, ...(backtestId === undefined ? [] : [backtestId])].join('/')
