// Being sure: after an answer that smells of bad credentials, `/authenticate` is asked before anybody is told so.
import type { Credentials } from '../vault/vault.ts'
import { unlessAborted } from './abort.ts'
import type { Sent } from './send.ts'

export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly reasons: readonly string[]; readonly ahead?: number | undefined }
  /** There was no answer to go by. */
  | { readonly kind: 'unknown' }

/** What an answer of `/authenticate` says. Only an explicit yes is a yes, and only a credential problem is a no. */
export function readVerdict({ answer, ahead }: Sent): Verdict {
  if (answer.kind === 'done' && answer.body.success === true) return { kind: 'accepted' }
  return answer.kind === 'credentials' ? { kind: 'refused', reasons: answer.reasons, ahead } : { kind: 'unknown' }
}

interface Check {
  readonly verdict: Promise<Verdict>
  readonly end: AbortController
  waiting: number
}

/**
 * Makes the question: whether QuantConnect accepts these credentials. Calls that ask while an answer is under way share
 * it; it is given up when all of them are. Rejects with the signal's reason.
 */
export function createConfirmation(authenticate: (who: Credentials, signal: AbortSignal) => Promise<Sent>) {
  const checks = new Map<string, Check>()

  return async function confirm(who: Credentials, signal: AbortSignal): Promise<Verdict> {
    // The token is part of it: a wrong one typed by a stranger says nothing about the one that is stored.
    const key = JSON.stringify([who.realm, who.userId, who.apiToken])
    let check = checks.get(key)
    if (!check) {
      const end = new AbortController()
      const verdict = authenticate(who, end.signal).then(readVerdict, (): Verdict => ({ kind: 'unknown' }))
      check = { verdict, end, waiting: 0 }
      checks.set(key, check)
    }
    check.waiting += 1
    try {
      return await unlessAborted(check.verdict, signal)
    } finally {
      check.waiting -= 1
      if (check.waiting === 0) {
        checks.delete(key)
        check.end.abort()
      }
    }
  }
}
