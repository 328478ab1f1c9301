// Everything an operator can set, read once. A value that cannot be used stops the start with one message that names
// the variable, what is wrong and what would work.
import proxyAddr from 'proxy-addr'
import * as z from 'zod'
import { type DefaultFolders, FOLDERS_OF_CHECKOUT } from './default-folders.ts'
import { isUserId } from './quantconnect/user-id.ts'
import type { RedisAddress } from './storage/redis-url.ts'
import { parseRedisUrl } from './storage/redis-url.ts'
import { problemOfOrigin } from './web-origins.ts'

/** Variables whose values may hold a password; messages name them without the value. */
const SECRET = new Set(['REDIS_URL', 'METRICS_TOKEN'])
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]']

/** Whether a URL's host is this machine by name or number. Takes `URL.hostname`, brackets included. */
export const isLoopback = (hostname: string): boolean => LOOPBACK_HOSTS.includes(hostname)

const port = z.coerce
  .number('is no number; use one such as 3000')
  .refine(
    (value) => Number.isInteger(value) && value >= 1 && value <= 65535,
    'is no port; use 1 to 65535, such as 3000',
  )

/** Characters of a name that can be looked up (RFC 1035 §2.3.4). It bounds every address that this server tells. */
const HOST_AT_MOST = 253

const publicUrl = z.string().superRefine((value, context) => {
  const example = 'use an origin such as https://qcgate.example.com'
  const url = URL.parse(value)
  // The value becomes `issuer` and is compared character by character (RFC 8414 §3.3), so it is never normalised here.
  if (!url || !['http:', 'https:'].includes(url.protocol)) context.addIssue(`is no http(s) URL; ${example}`)
  else if (url.origin !== value)
    context.addIssue(`must be an origin in lower case, no path, no trailing slash; ${example}`)
  else if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    context.addIssue(`must use https, since only loopback may go without; ${example}`)
  } else if (url.hostname.length > HOST_AT_MOST) {
    context.addIssue(`has a host of more than ${HOST_AT_MOST} characters, which nobody finds; ${example}`)
  }
})

const origins = z.string().transform((value, context) =>
  value
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => {
      const problem = origin === '*' ? undefined : problemOfOrigin(origin)
      if (problem === undefined) return true
      const works = 'https://app.example.com or chrome-extension://ID, several with commas, or *'
      context.addIssue(`names "${origin}", ${problem}; use ${works}`)
      return false
    }),
)

const cidrs = z.string().transform((value, context) => {
  const list = value.split(',').map((cidr) => cidr.trim())
  try {
    proxyAddr.compile(list)
  } catch {
    context.addIssue('is no list of CIDRs; use one such as 10.0.0.0/8 or 10.0.0.1,192.168.0.0/16')
  }
  return list
})

// One entry that is none, an empty one too, may be a person whom the operator meant: it never counts as nobody or everybody.
const userIds = z.string().transform((value, context) => {
  const list = value.split(',').map((userId) => userId.trim())
  const odd = list.find((userId) => !isUserId(userId))
  if (odd !== undefined) {
    context.addIssue(`names "${odd}", which is no QuantConnect user id; use one such as 123456, several with commas`)
  }
  return list
})

// Signed headers can be replayed for two hours, so they leave this machine over TLS only.
const upstream = z.string().transform((value, context) => {
  const url = URL.parse(value)
  const usable = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (!usable) context.addIssue('is no https URL; use https://www.quantconnect.com/api/v2')
  return value.replace(/\/$/, '')
})

const redis = z.string().transform((value, context) => {
  const address = parseRedisUrl(value)
  if (typeof address !== 'string') return address
  context.addIssue(address)
  return z.NEVER
})

const callBudget = z.string().transform((value, context) => {
  const numbers = value.split(',').map((part) => (/^\s*\d{1,6}\s*$/.test(part) ? Number(part) : 0))
  const [most = 0, perSecond = 0, mostOfAll = 0, perSecondOfAll = 0] = numbers
  if (numbers.length !== 4 || numbers.includes(0)) {
    context.addIssue(
      'is no budget; use four whole numbers from 1 on, such as 60,10,200,30: calls at once and a second of a connection, then of an account',
    )
  }
  return {
    connection: { most, perSecond },
    account: { most: mostOfAll, perSecond: perSecondOfAll },
  }
})

const journalDays = z.coerce
  .number('is no number; use one of days such as 30')
  .refine((value) => Number.isInteger(value) && value >= 1 && value <= 3650, 'is no number of days; use 1 to 3650')

/** A line of text that every page shows. */
const shownText = (example: string) =>
  z.string().superRefine((value, context) => {
    if (value.trim() !== value || /[\p{C}\p{Zl}\p{Zp}]/u.test(value)) {
      context.addIssue(`has characters that cannot be seen; use one such as ${example}`)
    } else if (value.length > 80) context.addIssue(`has more than 80 characters; use one such as ${example}`)
  })

// People open them from a page that they trust, so they lead nowhere that others on the way can change.
const operatorUrl = (example: string) =>
  z.string().superRefine((value, context) => {
    const url = URL.parse(value)
    const usable = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
    // It goes into metadata as it is, so it is spelled as a URI is (RFC 3986), but for the slash of an origin.
    const isSpelled = url?.href === value || url?.href === `${value}/`
    if (!usable || !isSpelled || url.username || url.password)
      context.addIssue(`is no https URL; use one such as ${example}`)
    else if (value.length > 500) context.addIssue(`has more than 500 characters; use one such as ${example}`)
  })

const Environment = z.object({
  PORT: port.default(3000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: publicUrl.optional(),
  ALLOWED_ORIGINS: origins.optional(),
  ALLOWED_USERS: userIds.optional(),
  CALL_BUDGET: callBudget.prefault('60,10,200,30'),
  JOURNAL_DAYS: journalDays.default(30),
  OPERATOR_NAME: shownText('Example Capital').optional(),
  OPERATOR_CONTACT: shownText('help@example.com').optional(),
  OPERATOR_PRIVACY_URL: operatorUrl('https://example.com/privacy').optional(),
  OPERATOR_TERMS_URL: operatorUrl('https://example.com/terms').optional(),
  REDIS_URL: redis.optional(),
  DATA_DIR: z.string().optional(),
  KEYS_DIR: z.string().optional(),
  TRUSTED_PROXIES: cidrs.default([]),
  QUANTCONNECT_API_URL: upstream.default('https://www.quantconnect.com/api/v2'),
  SANDBOX: z.enum(['on', 'off'], 'must be on or off').optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'is no level; use info, debug, warn or error')
    .default('info'),
})

/** The name of a variable that is read. */
export type Variable = keyof typeof Environment.shape

/** How many calls may be made at once, and how many a second, by a connection and by all of its account. */
export interface CallBudget {
  readonly connection: { readonly most: number; readonly perSecond: number }
  readonly account: { readonly most: number; readonly perSecond: number }
}

/** Who runs this server, as they say it themselves. */
export interface Operator {
  readonly name?: string
  /** How they are reached, as text. */
  readonly contact?: string
  /** Their own words on privacy, and their terms. */
  readonly privacyUrl?: string
  readonly termsUrl?: string
}

export interface Config {
  readonly port: number
  readonly host: string
  /** `PUBLIC_URL`: the `issuer`, character by character. */
  readonly issuer: string
  /** The protected resource's identifier: `resource` in its metadata, `aud` in every access token. */
  readonly resource: string
  /** Web origins that may call `/mcp`; `*` for all. Loopback origins are added where `allowLoopbackOrigins` says so. */
  readonly allowedOrigins: readonly string[]
  readonly allowLoopbackOrigins: boolean
  /** QuantConnect user ids that may use this server; without it everybody may. */
  readonly allowedUsers?: readonly string[]
  readonly callBudget: CallBudget
  /** How long the record of an account is kept, in days. */
  readonly journalDays: number
  readonly operator: Operator
  /** The shared store; without it the embedded one in `dataDir` is used. */
  readonly redis?: RedisAddress
  readonly dataDir: string
  readonly keysDir: string
  /** CIDRs of the proxies whose `X-Forwarded-*` headers count. */
  readonly trustedProxies: readonly string[]
  /**
   * Whether an address tells who asks. This process speaks no TLS, so an https address has a proxy in front; where none is
   * trusted, everybody comes from it.
   */
  readonly addressesAreKnown: boolean
  readonly quantConnectApiUrl: string
  readonly sandbox: boolean
  readonly logLevel: string
}

/** A configuration that cannot be used. The message is for the operator and complete in itself. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError'
}

/**
 * Reads the configuration; everyone else is handed what they need. Data and keys lie in `folders` where no variable names
 * others.
 * An empty value counts as unset. Throws `ConfigurationError` naming every value that cannot be used.
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  folders: DefaultFolders = FOLDERS_OF_CHECKOUT,
): Config {
  const result = Environment.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')))
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => {
      const name = String(path[0])
      return `  ${name}${SECRET.has(name) ? '' : `=${env[name]}`}: ${message}`
    })
    throw new ConfigurationError(`This configuration cannot be used:\n${problems.join('\n')}`)
  }
  const { data } = result
  const dataDir = data.DATA_DIR ?? folders.dataDir
  if (dataDir === undefined) {
    throw new ConfigurationError('DATA_DIR: this user has no home folder; name one, such as /var/lib/qcgate/data')
  }
  const issuer = data.PUBLIC_URL ?? `http://localhost:${data.PORT}`
  return {
    port: data.PORT,
    host: data.HOST,
    issuer,
    resource: `${issuer}/mcp`,
    allowedOrigins: data.ALLOWED_ORIGINS ?? [issuer],
    allowLoopbackOrigins: data.ALLOWED_ORIGINS === undefined,
    ...(data.ALLOWED_USERS ? { allowedUsers: data.ALLOWED_USERS } : {}),
    callBudget: data.CALL_BUDGET,
    journalDays: data.JOURNAL_DAYS,
    operator: {
      ...(data.OPERATOR_NAME ? { name: data.OPERATOR_NAME } : {}),
      ...(data.OPERATOR_CONTACT ? { contact: data.OPERATOR_CONTACT } : {}),
      ...(data.OPERATOR_PRIVACY_URL ? { privacyUrl: data.OPERATOR_PRIVACY_URL } : {}),
      ...(data.OPERATOR_TERMS_URL ? { termsUrl: data.OPERATOR_TERMS_URL } : {}),
    },
    ...(data.REDIS_URL ? { redis: data.REDIS_URL } : {}),
    dataDir,
    keysDir: data.KEYS_DIR ?? folders.keysDirFor(dataDir),
    trustedProxies: data.TRUSTED_PROXIES,
    addressesAreKnown: issuer.startsWith('http:') || data.TRUSTED_PROXIES.length > 0,
    quantConnectApiUrl: data.QUANTCONNECT_API_URL,
    sandbox: data.SANDBOX === undefined ? isLoopback(new URL(issuer).hostname) : data.SANDBOX === 'on',
    logLevel: data.LOG_LEVEL,
  }
}
