import type { Variable } from './config.ts'

/** What each variable means, and its default in parentheses: for help, which shall not load what checks them. */
export const SETTINGS: Readonly<Record<Variable, string>> = {
  PORT: 'the port where it listens (3000)',
  HOST: 'the address where it listens (127.0.0.1)',
  PUBLIC_URL: 'the origin that people and clients use (http://localhost:PORT)',
  ALLOWED_ORIGINS: 'web origins that may call /mcp, with commas, or * (its own, and loopback)',
  ALLOWED_USERS: 'QuantConnect user ids that may use it, with commas (everybody)',
  CALL_BUDGET: 'calls at once and a second, of a connection and of an account (60,10,200,30)',
  JOURNAL_DAYS: 'how long the record of what was done is kept, in days (30)',
  OPERATOR_NAME: 'who runs this server, on every page (nobody)',
  OPERATOR_CONTACT: 'how they are reached, on every page (nothing)',
  OPERATOR_PRIVACY_URL: 'their words on privacy, https (none)',
  OPERATOR_TERMS_URL: 'their terms, https (none)',
  REDIS_URL: 'a shared store, in place of the embedded one',
  DATA_DIR: 'the folder of the embedded store (below your data folder; in a checkout ./data)',
  KEYS_DIR: 'the folder of its keys (beside the data; in a checkout ./keys)',
  TRUSTED_PROXIES: 'CIDRs of proxies whose X-Forwarded-For counts (none)',
  QUANTCONNECT_API_URL: 'the REST API (https://www.quantconnect.com/api/v2)',
  SANDBOX: 'the built-in QuantConnect sandbox, on or off (on where PUBLIC_URL is loopback)',
  LOG_LEVEL: 'debug, info, warn, error or silent (info)',
}
