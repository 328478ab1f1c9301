// The REST client: one signed POST per call, over pooled connections, with an end to every wait.
import { setTimeout as wait } from 'node:timers/promises'
import type { Credentials, Realm } from '../vault/vault.ts'
import type { Answer } from './answer.ts'
import { readAnswer } from './answer.ts'
import { signedHeaders } from './authentication.ts'

const TIMEOUT_MS = 30_000
const MAX_ANSWER_BYTES = 32 * 1024 * 1024
/** Pauses before a read is asked again. */
const RETRY_AFTER_MS = [250, 1_000]

export interface CallOptions {
  /** Whether asking twice does no harm. Anything that writes, spends or trades is sent once. */
  readonly retry?: boolean
  readonly signal?: AbortSignal
}

export interface QuantConnect {
  /** Calls an endpoint such as `/projects/read` as one person. Never throws for what QuantConnect does or fails to do. */
  call(who: Credentials, endpoint: string, args: object, options?: CallOptions): Promise<Answer>
}

/** `urls` says where each realm lives; a realm without an address has no accounts, and calls to it are refused. */
export function createQuantConnect(urls: Readonly<Partial<Record<Realm, string>>>): QuantConnect {
  async function once(who: Credentials, url: string, args: object, signal: AbortSignal | undefined): Promise<Answer> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS)
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          ...signedHeaders(who.userId, who.apiToken, Math.floor(Date.now() / 1000)),
          'content-type': 'application/json',
          'user-agent': 'qcgate',
        },
        body: JSON.stringify(args),
        signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
      })
      return readAnswer(response.status, await readBounded(response))
    } catch (error) {
      signal?.throwIfAborted()
      if (timeout.aborted) return { kind: 'timeout' }
      const refused = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(codeOf(error))
      return { kind: 'unavailable', sent: !refused }
    }
  }

  return {
    async call(who, endpoint, args, { retry = false, signal } = {}) {
      const base = urls[who.realm]
      if (!base) return { kind: 'credentials', reasons: [`This server has no ${who.realm} accounts (any more).`] }
      let answer = await once(who, base + endpoint, args, signal)
      for (const pause of retry ? RETRY_AFTER_MS : []) {
        if (answer.kind !== 'unavailable') break
        await wait(pause * (0.5 + Math.random()), undefined, signal ? { signal } : {})
        answer = await once(who, base + endpoint, args, signal)
      }
      return answer
    },
  }
}

const codeOf = (error: unknown): string => {
  const { cause } = error as { cause?: { code?: string; errors?: { code?: string }[] } }
  return cause?.code ?? cause?.errors?.[0]?.code ?? ''
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_ANSWER_BYTES) throw new Error('answer too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
