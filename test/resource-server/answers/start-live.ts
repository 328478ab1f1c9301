// Starts a live algorithm against fixed answers of QuantConnect, without a server: what is sent, and what is answered.
import assert from 'node:assert/strict'
import type { Json } from '../../support/json.ts'
import { answerOf, DEPLOYMENT, PROJECT, type QuantConnectCall } from './run-tool.ts'

/** The tool that starts one. */
export const CREATE = 'create_live_algorithm'
/** What it needs beside a brokerage. */
export const START = { projectId: PROJECT, compileId: 'c', nodeId: 'LN-1' }
const deployed = {
  responseCode: '0',
  deployId: DEPLOYMENT,
  versionId: 17369,
  projectId: PROJECT,
  live: {
    deployId: DEPLOYMENT,
    status: 'LoggingIn',
    launched: '2026-10-05 14:30:00',
    stopped: null,
    datacenter: 'NY7',
    message: '',
  },
  success: true,
}

/** QuantConnect with these stored logins, by brokerage. */
export const withLogins =
  (logins: Readonly<Record<string, object>>) =>
  (endpoint: string, { brokerage }: Json): object =>
    endpoint === '/live/auth0/read' ? { authorization: logins[brokerage] ?? null, success: true } : deployed

/** Starts a live algorithm with a brokerage, where QuantConnect keeps these logins. */
export const startLive = (brokerage: object, more: object = {}, logins: Readonly<Record<string, object>> = {}) =>
  answerOf(CREATE, { ...START, brokerage, ...more }, withLogins(logins))

/** The one call that started something. */
export const startCall = (asked: readonly QuantConnectCall[]): QuantConnectCall => {
  const created = asked.filter(({ endpoint }) => endpoint === '/live/create')
  assert.equal(created.length, 1)
  return created[0] as QuantConnectCall
}
