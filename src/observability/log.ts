// The log: JSON lines for operators. Whatever could open an account is removed by path before it is written, whoever
// hands it in.
import type { Logger } from 'pino'
import { pino } from 'pino'

export type Log = Logger

const SECRETS = ['apiToken', 'token', 'access_token', 'refresh_token', 'code', 'code_verifier', 'client_secret']
const HEADERS = ['authorization', 'cookie', 'set-cookie', 'timestamp']

/** Opens the log at a pino level. */
export const createLog = (level: string): Log =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          ...SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
          ...HEADERS.flatMap((name) => [`headers["${name}"]`, `*.headers["${name}"]`]),
        ],
        censor: '[redacted]',
      },
    },
    pino.destination(2), // standard output is for what a person reads at the start
  )
