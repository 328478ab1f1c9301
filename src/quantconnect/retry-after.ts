// The `Retry-After` header (RFC 9110 §10.2.3): seconds, or the date after which to come back.

/** Nobody is told to wait longer than a day, whatever the header says. */
const MAX_SECONDS = 24 * 60 * 60

/** How long to wait, in whole seconds; undefined when the header does not say. `now` is in milliseconds. */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  const value = header?.trim() ?? ''
  if (/^\d+$/.test(value)) return Math.min(Number(value), MAX_SECONDS)
  const date = httpDate(value)
  return date === undefined ? undefined : Math.min(Math.max(0, Math.ceil((date - now) / 1000)), MAX_SECONDS)
}

/**
 * An HTTP date (RFC 9110 §5.6.7) in milliseconds. `Date.parse` alone takes far more for a date, and reads the forms
 * without a zone in the zone of this machine.
 */
export function httpDate(value: string | undefined): number | undefined {
  const date = /^[A-Z][a-z]+, .* GMT$/.test(value ?? '') ? Date.parse(value ?? '') : Number.NaN
  return Number.isFinite(date) ? date : undefined
}
