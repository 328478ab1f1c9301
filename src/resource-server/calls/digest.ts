// What a call comes to, as one short text: the same whenever the same would go out, however its arguments were spelled.
import { createHash } from 'node:crypto'
import { canonicalJson } from '../../canonical-json.ts'
import type { Outgoing } from '../tools/tool.ts'

/** A keyed, one-way name for a secret: whoever has a digest and no key can try no passwords with it. */
type HideSecret = (value: string) => string

/**
 * The SHA-256, base64url, of the canonical JSON (RFC 8785) of what goes out: endpoint and body. `repeat` counts, though it is not
 * sent. The members with these names, at any depth, are secrets.
 */
export const digestOf = (outgoing: Outgoing, secrets: ReadonlySet<string>, hide: HideSecret): string =>
  createHash('sha256')
    .update(canonicalJson(withoutSecrets(outgoing, secrets, hide)))
    .digest('base64url')

function withoutSecrets(value: unknown, secrets: ReadonlySet<string>, hide: HideSecret): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(one, secrets, hide))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      secrets.has(name) && typeof one === 'string' ? { hmac: hide(one) } : withoutSecrets(one, secrets, hide),
    ]),
  )
}
