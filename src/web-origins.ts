// What an operator may name as a web origin: what a browser can send as one, to the letter, since it is compared as it comes.

/** Of pages without an origin of their own browsers say `null`, and anybody can make such a page: in a sandboxed frame. */
const OPAQUE = /^(null$|(about|blob|data|file|javascript):)/i
/** Schemes whose origins have one spelling, which the URL standard fixes. */
const SPECIAL = /^(https?|wss?|ftp)$/i

/** Why no `Origin` header equals a text, as the end of a sentence; undefined when one may (RFC 6454 §6.2). */
export function problemOfOrigin(origin: string): string | undefined {
  if (OPAQUE.test(origin)) return 'which browsers call "null", and so can anybody'
  if (origin.includes('*')) return 'which is a pattern, and there are none here'
  const [, scheme = '', rest = ''] = /^([^:/]*):\/\/(.*)$/.exec(origin) ?? []
  if (/[/?#]/.test(rest)) return 'which is more than an origin (no path, no trailing slash)'
  if (SPECIAL.test(scheme)) {
    const serialized = URL.parse(origin)?.origin
    if (serialized === origin) return undefined
    return serialized ? `which browsers write ${serialized}` : 'which is no web origin'
  }
  // Extensions and desktop programs: the scheme in small letters, and behind it an id or a name, as it is.
  return /^[a-z][a-z\d+.-]*$/.test(scheme) && /^[\w.-]+(:\d+)?$/.test(rest) ? undefined : 'which is no web origin'
}
