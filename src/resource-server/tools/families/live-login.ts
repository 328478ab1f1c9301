// Logging in to a brokerage by way of QuantConnect, which keeps the login. Its tokens never reach a model: an answer names
// them, and a deployment fetches them itself.
import type { InputRequiredResult } from '@modelcontextprotocol/server'
import { inputRequired } from '@modelcontextprotocol/server'
import * as z from 'zod'
import type { Body } from '../../../quantconnect/fields.ts'
import { record, text } from '../../../quantconnect/fields.ts'
import { say } from '../../answers/reading.ts'
import type { ToolAnswer } from '../../answers/tool-answer.ts'
import { leavesOpen, Refusal } from '../../calls/refusals.ts'
import type { ToolContext } from '../../calls/tool-context.ts'
import type { UpstreamFailure } from '../../calls/upstream-words.ts'
import { addsOnce, tool } from '../tool.ts'

/** Stands where a secret of a stored login would. */
export const STORED = '[stored at QuantConnect]'
/** Seconds that a person who has just opened the page is waited for. */
const WAIT_FOR_PERSON = 45

const BROKERAGES = {
  alpaca: 'Alpaca',
  tradestation: 'TradeStation',
  charlesschwab: 'Charles Schwab',
  tastytrade: 'tastytrade',
}
type Login = keyof typeof BROKERAGES

/** What a login fills in, by the id of a form. Charles Schwab keeps its token to itself, but needs the login all the same. */
const LOGINS: Readonly<
  Record<string, { readonly brokerage: Login; readonly fields: readonly string[]; readonly secret?: string }>
> = {
  AlpacaBrokerage: {
    brokerage: 'alpaca',
    fields: ['alpaca-access-token', 'alpaca-environment'],
    secret: 'alpaca-access-token',
  },
  TradeStationBrokerage: {
    brokerage: 'tradestation',
    fields: [
      'trade-station-client-id',
      'trade-station-account-id',
      'trade-station-refresh-token',
      'trade-station-environment',
    ],
    secret: 'trade-station-refresh-token',
  },
  CharlesSchwabBrokerage: { brokerage: 'charlesschwab', fields: ['charles-schwab-account-number'] },
  TastytradeBrokerage: {
    brokerage: 'tastytrade',
    fields: ['tastytrade-account-number', 'tastytrade-refresh-token'],
    secret: 'tastytrade-refresh-token',
  },
}

const isMissing = (value: unknown): boolean => value === undefined || value === null || value === STORED

/** What of a login may be seen: which account it is, and where. Whatever else it holds is taken for a secret. */
const SHOWN = /^[\w-]*(account(-id|-number)?s?|environment|client-id)$/
const NAME = /^[\w-]{1,80}$/

/** A stored login as it may be shown: every field, and no value but those that say which account it is. */
export const shown = (authorization: Body): Body =>
  Object.fromEntries(
    Object.entries(authorization)
      .filter(([name]) => NAME.test(name))
      .map(([name, value]) => [name, SHOWN.test(name) && holdsNoFields(value) ? value : STORED]),
  )

const holdsNoFields = (value: unknown): boolean =>
  Array.isArray(value) ? value.every((item) => typeof item !== 'object') : typeof value !== 'object'

/** A form with what it leaves out filled in from the login that belongs to it: the fields of the form, and nothing else. */
export function filled(form: Body, authorization: Body): Body {
  const fields = Object.hasOwn(LOGINS, `${form.id}`) ? (LOGINS[`${form.id}`]?.fields ?? []) : []
  const added = fields.filter((name) => isMissing(form[name]) && authorization[name] !== undefined)
  return { ...form, ...Object.fromEntries(added.map((name) => [name, authorization[name]])) }
}

/** The values of a login that must not be repeated to anybody: all but those that are shown. */
export function secretsOfLogin(value: unknown, name = ''): string[] {
  if (typeof value === 'string') return SHOWN.test(name) ? [] : [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([inner, one]) => secretsOfLogin(one, Array.isArray(value) ? name : inner))
}

const unanswered = (answer: UpstreamFailure) => new Refusal({ reason: 'quantconnect', answer })

/** The login that QuantConnect keeps for a brokerage; undefined when there is none. */
async function readLogin(context: ToolContext, brokerage: Login): Promise<Body | undefined> {
  const { authorization } = await context
    .call('/live/auth0/read', { brokerage }, { reads: true })
    .catch((error: unknown) => {
      // Whatever became of this reading, nothing was started or changed.
      throw leavesOpen(error) ? unanswered({ kind: 'unavailable', sent: false }) : error
    })
  const login = record(authorization)
  return Object.keys(login).length ? login : undefined
}

/** The login that a form needs and does not bring along; an empty one where it needs none. */
export async function loginFor(form: Body, context: ToolContext): Promise<Body> {
  const needed = Object.hasOwn(LOGINS, `${form.id}`) ? LOGINS[`${form.id}`] : undefined
  // As a mere data provider Alpaca takes a key pair, and no login.
  if (!needed || form['alpaca-api-key'] || (needed.secret && !isMissing(form[needed.secret]))) return {}
  const login = await readLogin(context, needed.brokerage)
  const name = BROKERAGES[needed.brokerage]
  if (!login) {
    throw new Refusal({
      reason: 'impossible',
      error: `QuantConnect has no stored login for ${name}. Nothing was started.`,
      next: `authorize_connection with brokerage ${needed.brokerage}; when the person has logged in, call this again.`,
    })
  }
  if (needed.secret && isMissing(login[needed.secret])) {
    throw new Refusal({
      reason: 'impossible',
      error: `The login that QuantConnect stores for ${name} lacks ${needed.secret}. Nothing was started.`,
      next: `Call it again with ${needed.secret} filled in, or ask the person to log in to ${name} on quantconnect.com.`,
    })
  }
  return login
}

/** The address where a person logs in. The client has made sure that a person may be sent there. */
async function loginAddress(context: ToolContext, brokerage: Login): Promise<string> {
  const answer = await context.ask('/live/auth0/authorize', { brokerage }, { redirects: true })
  if (answer.kind === 'redirect') return answer.location
  throw unanswered(answer.kind === 'done' ? { kind: 'unavailable', sent: true } : answer)
}

/** What the person did with the address of an earlier round; undefined when there was none. */
const actionIn = (context: ToolContext): string | undefined => text(record(record(context.responses).login).action)

async function authorize(brokerage: Login, context: ToolContext): Promise<ToolAnswer | InputRequiredResult> {
  const name = BROKERAGES[brokerage]
  const before = await readLogin(context, brokerage)
  if (before) return answerLogin(name, before)

  const action = actionIn(context)
  if (action === 'accept') {
    // They agreed to open the page, which says nothing about how far they have come.
    const login = await context.wait(WAIT_FOR_PERSON, async () => {
      const value = await readLogin(context, brokerage)
      return { done: value !== undefined, value, message: say`Waiting for the login to ${name}` }
    })
    return login ? answerLogin(name, login) : answerPending(name, brokerage)
  }
  if (action) {
    return {
      summary: say`The person did not open the login page of ${name}. Nothing was done.`,
      next: 'Ask the person what they want instead; do not call it again unasked.',
      data: { authorized: false },
    }
  }

  const url = await loginAddress(context, brokerage)
  if (context.canOpen) {
    const message = say`Log in to ${name}, so that QuantConnect can trade there for you. The browser has to be signed in to QuantConnect.`
    return inputRequired({ inputRequests: { login: inputRequired.elicitUrl({ url, message }) } })
  }
  return {
    summary: say`The person has to log in to ${name} in a browser that is signed in to QuantConnect:\n${url}`,
    next: say`Show the person this address. When they say that they have finished, authorize_connection with brokerage ${brokerage} again.`,
    data: { authorized: false, url },
  }
}

const answerPending = (name: string, brokerage: Login): ToolAnswer => ({
  summary: say`The login to ${name} is not finished yet.`,
  next: say`Ask the person to finish it; then authorize_connection with brokerage ${brokerage} again.`,
  data: { authorized: false },
})

const answerLogin = (name: string, login: Body): ToolAnswer => ({
  summary: say`QuantConnect is logged in to ${name}. Fields of the login: ${Object.keys(shown(login)).join(', ')}.`,
  next: 'create_live_algorithm. Leave the secret fields of the login out; this server fills them in.',
  data: { authorized: true, authorization: shown(login) },
})

export const authorizeConnection = tool({
  name: 'authorize_connection',
  title: 'Log in to brokerage',
  description:
    'Connects Alpaca, TradeStation, Charles Schwab or tastytrade to QuantConnect, which create_live_algorithm needs. Returns the fields of the login when there is one, secrets hidden. Otherwise the person opens an address and logs in; call it again afterwards. Next: create_live_algorithm. Starts no trading and costs nothing.',
  scopes: ['qc:live:write'],
  risk: 'trades',
  money: 'login',
  annotations: addsOnce,
  endpoint: '/live/auth0/authorize',
  project: 'none',
  countsAs: 'logins',
  recorded: [],
  input: { brokerage: z.enum(Object.keys(BROKERAGES) as [Login, ...Login[]]).describe('Brokerage to log in to.') },
  output: {
    authorized: { type: 'boolean', description: 'Whether QuantConnect has the login.' },
    authorization: { type: 'object', description: 'Fields of the login; secrets only as a placeholder.' },
    url: { type: 'string', description: 'Address where the person logs in.' },
  },
  says: ({ brokerage }) => `Log in to ${BROKERAGES[brokerage]}`,
  verify:
    'authorize_connection itself says first whether the login is there, so calling it again is the way to find out.',
  run: ({ brokerage }, context) => authorize(brokerage, context),
})
