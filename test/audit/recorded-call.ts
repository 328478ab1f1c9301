import type { Activity, CallEnded } from '../../src/audit/records.ts'

/** A call as it is recorded, with whatever a test varies. */
export const recordedCall = (changes: Partial<CallEnded> = {}): CallEnded => ({
  at: Date.UTC(2027, 0, 15, 12),
  ref: 'bcdf2345',
  connection: 'g1',
  client: 'Notebook',
  tool: 'list_projects',
  risk: 'reads',
  ids: {},
  outcome: 'done',
  ms: 12,
  ...changes,
})

/** The same, as it is told of. */
export const toldCall = (changes: Partial<Activity> = {}) =>
  ({ ...recordedCall(), kind: 'read', count: 1, ...changes }) as Activity & ReturnType<typeof recordedCall> // sound: both
