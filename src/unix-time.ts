// The time as tokens, records and pages have it.

/** Whole seconds since 1970 (Unix time; a NumericDate, RFC 7519 §2). */
export const unixTime = (): number => Math.floor(Date.now() / 1000)
