import type { CallEnded } from '../../src/audit/audit-log.ts'

/** A call as it is recorded, with whatever a test varies. */
export const recordedCall = (changes: Partial<CallEnded> = {}): CallEnded => ({
  at: Date.UTC(2027, 0, 15, 12),
  ref: 'bcdf2345',
  grantId: 'g1',
  client: 'Notebook',
  tool: 'list_projects',
  risk: 'reads',
  ids: {},
  outcome: 'done',
  ms: 12,
  ...changes,
})
