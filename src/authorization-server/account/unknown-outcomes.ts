// News of calls that were sent and of which nobody knows whether they were done: told from the record, whenever somebody looks.
import type { NewsItem } from '../../accounts/news.ts'
import type { Call } from '../../audit/records.ts'
import { OPEN_AT_MOST } from '../../audit/records.ts'
import type { ToolFacts } from '../permissions/summary.ts'

/** The others are in the activity. */
const TOLD_AT_MOST = 10

/** Of calls, the newest first, those that became unknown after a time, in milliseconds since 1970; each with the way to find out. */
export const newsOfUnknown = (calls: readonly Call[], tools: readonly ToolFacts[], seenAt = 0): NewsItem[] =>
  calls
    .filter(({ outcome, at, ms = OPEN_AT_MOST }) => outcome === 'unknown' && at + ms > seenAt)
    .slice(0, TOLD_AT_MOST)
    .map(({ at, ref, client, tool, ids: { projectId }, what }) => {
      const { title = tool, verify = '' } = tools.find(({ name }) => name === tool) ?? {}
      const words = what ?? `${title}${projectId === undefined ? '' : `, project ${projectId}`}`
      const says = `${words} (reference ${ref}). Ask your assistant to find out: ${verify}`
      return { at, what: 'outcome-unknown', of: ref, name: client, says, grave: true }
    })
