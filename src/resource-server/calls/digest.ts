// What a call comes to, as one short text: the same whenever the same would go out, however its arguments were spelled.
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Outgoing } from '../tools/tool.ts'

/** A keyed, one-way name for a secret: whoever has a digest and no key can try no passwords with it. */
type HideSecret = (value: string) => string

/**
 * The SHA-256, base64url, of the canonical JSON (RFC 8785) of what goes out: endpoint and body. `repeat` counts, though it is not
 * sent. The members with these names, at any depth, are secrets.
 */
export function digestOf(outgoing: Outgoing, secrets: ReadonlySet<string>, hide: HideSecret): string {
  // Through JSON first, so that there is nothing but what goes out.
  const canonical = canonicalize(readable(JSON.parse(JSON.stringify(outgoing)), secrets, hide)) ?? ''
  return createHash('sha256').update(canonical).digest('base64url')
}

/** A value without its secrets, and with nothing that RFC 8785 refuses: half a surrogate pair is no text (RFC 7493 §2.1). */
function readable(value: unknown, secrets: ReadonlySet<string>, hide: HideSecret): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (Array.isArray(value)) return value.map((one) => readable(one, secrets, hide))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name.toWellFormed(),
      secrets.has(name) && typeof one === 'string' ? { hmac: hide(one) } : readable(one, secrets, hide),
    ]),
  )
}
