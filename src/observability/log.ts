// The log: JSON lines for operators. Whatever could open an account is removed by its name before it is written, whoever
// hands it in.
import type { Logger } from 'pino'
import { pino } from 'pino'

export type Log = Logger

const SECRETS = new Set([
  'apiToken',
  'token',
  'access_token',
  'refresh_token',
  'code',
  'code_verifier',
  'client_secret',
])
const HEADERS = new Set(['authorization', 'cookie', 'set-cookie', 'timestamp'])
const CENSOR = '[redacted]'
/** What is no warning, and none of what is worse: those do not wait either. */
const ORDINARY = /^\{"level":[123]0,/
/** Characters after which lines do not wait for the end of the turn. */
const WRITTEN_AT_LEAST = 12 * 1024
/** What lies deeper is in no log line. */
const DEEPEST = 6

/** Opens the log at a pino level. */
export const createLog = (level: string): Log =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: (line) => withoutSecrets(line) },
      serializers: { err: (error: Error) => withoutSecrets(pino.stdSerializers.err(error)) },
    },
    inOneWrite(),
  )

/**
 * Standard error, since standard output is for what a person reads at the start. The lines of one turn of the event loop are written
 * at its end, in one write.
 */
function inOneWrite(): { write(line: string): void } {
  const destination = pino.destination(2)
  let lines = ''
  let isUsed = false
  let isEnding = false
  const flush = () => {
    const due = lines
    lines = ''
    if (due) destination.write(due)
  }
  const end = () => {
    isEnding = true
    flush()
  }
  return {
    write(line) {
      if (!isUsed) process.on('exit', end)
      isUsed = true
      if (!lines) setImmediate(flush)
      lines += line
      if (isEnding || !ORDINARY.test(line) || lines.length >= WRITTEN_AT_LEAST) flush()
    },
  }
}

/**
 * A value without its secrets, copied only where there are any. Ours and not pino's own `redact`, which looks for each of eleven names
 * at three depths, and took a twentieth of all processor time: a line mostly has five members, and none of them is a secret.
 */
function withoutSecrets<T extends object>(value: T, isHeaders = false, levels = DEEPEST): T {
  let copy: Record<string, unknown> | undefined
  for (const [name, inner] of Object.entries(value)) {
    const isSecret = SECRETS.has(name) || (isHeaders && HEADERS.has(name))
    const isLooked = isPlain(inner) && levels > 0
    const told = isSecret ? CENSOR : isLooked ? withoutSecrets(inner, name === 'headers', levels - 1) : inner
    if (told === inner) continue
    copy ??= copyOf(value)
    copy[name] = told
  }
  return (copy as T | undefined) ?? value // sound: of the same form, with texts in it
}

const copyOf = (value: object): Record<string, unknown> =>
  (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown> // sound: both have members by name
/** An error is told by its serializer. */
const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Error)
