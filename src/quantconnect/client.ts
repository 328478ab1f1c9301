// The REST client: what one call goes through, from its turn to an answer that can be believed.
import type { Log } from '../observability/log.ts'
import type { Credentials, Realm } from '../vault/vault.ts'
import type { TimeLimit } from './abort.ts'
import { firstOf, pause, timeLimit } from './abort.ts'
import type { Answer } from './answer.ts'
import { createConfirmation, readVerdict, type Verdict } from './confirmation.ts'
import { requestBody } from './request-body.ts'
import { pauseBefore } from './retry.ts'
import { type Sent, send } from './send.ts'
import { createSuspicion } from './suspicion.ts'
import { createTurns } from './turns.ts'

/** How long QuantConnect may take for one call, in milliseconds. */
export const ANSWERS_WITHIN = 30_000
/** Calls of one account: how many run at once, and how many more wait. */
const LIMITS = { atOnce: 8, waiting: 64 }
const AUTHENTICATE = '/authenticate'

export interface CallOptions {
  /** Whether asking twice does no harm. Anything that writes, spends or trades is sent once. */
  readonly retry?: boolean
  /**
   * Ends the waiting for a turn, and a call that may be retried; it rejects with the signal's reason. What changes
   * something and is on its way is never cut off.
   */
  readonly signal?: AbortSignal
  /** How long one sending may take, its answer and the check of the credentials included. */
  readonly timeoutMs?: number
  /** Secrets among the arguments; they are struck out of the answer, however they are spelled there. */
  readonly secrets?: readonly string[]
  /** Whether it waits for no turn: a person is there, and waits for no assistant. */
  readonly ahead?: boolean
  /** Done right before it is sent, when its turn has come, by a call that is sent once; what this throws is thrown on. */
  readonly beforeSending?: () => Promise<void>
  /** Sends multipart/form-data, with the argument `objectData` as the file. */
  readonly form?: boolean
}

export interface QuantConnect {
  /**
   * Calls an endpoint such as `/projects/read` as one person. Never throws for what QuantConnect does or fails to do; rejects with
   * the signal's reason, and with what `beforeSending` throws.
   */
  call(who: Credentials, endpoint: string, args: object, options?: CallOptions): Promise<Answer>
}

/** Told what QuantConnect said of credentials, whosever they are. */
type NoteToken = (who: Credentials, verdict: 'taken' | 'refused') => Promise<void>

/** `urls` says where each realm lives; a realm without an address has no accounts, and calls to it are refused. */
export function createQuantConnect(
  urls: Readonly<Partial<Record<Realm, string>>>,
  log: Log,
  noteToken: NoteToken = async () => {},
): QuantConnect {
  const turns = createTurns(LIMITS)
  // Each realm for itself: the sandbox runs on our clock, so its yes says nothing about it.
  const suspicions: Record<Realm, ReturnType<typeof createSuspicion>> = {
    live: createSuspicion(log),
    sandbox: createSuspicion(log),
  }
  const confirm = createConfirmation(async (who, signal) => {
    const budget = timeLimit(ANSWERS_WITHIN)
    return send(who, `${urls[who.realm]}${AUTHENTICATE}`, requestBody({}, false), {
      reads: true,
      budget: budget.signal,
      signal,
    }).finally(budget.end)
  })

  /** What a verdict means for the person whose call made it necessary; undefined when they are not to be told of it. */
  function judge(verdict: Verdict, who: Credentials, stored: boolean): Answer | undefined {
    const suspicion = suspicions[who.realm]
    if (verdict.kind === 'accepted') suspicion.accepted()
    if (verdict.kind !== 'refused') return undefined
    const refusal = {
      account: stored ? accountOf(who) : undefined,
      // The sandbox runs on our clock, whatever its answers are dated.
      ahead: who.realm === 'sandbox' ? undefined : verdict.ahead,
    }
    if (suspicion.refused(refusal, Date.now())) return { kind: 'clock' }
    return { kind: 'credentials', reasons: verdict.reasons }
  }

  /** Believes no single answer that the credentials are bad, nor that HTTP 500 is about something else. */
  async function verify(who: Credentials, endpoint: string, sent: Sent, budget: AbortSignal, signal?: AbortSignal) {
    const { answer, status } = sent
    // Whoever asks this itself has just typed the credentials, and has its answer.
    if (endpoint === AUTHENTICATE) return judge(readVerdict(sent), who, false) ?? answer
    if (answer.kind === 'done') suspicions[who.realm].accepted()
    if (answer.kind !== 'credentials' && status !== 500) return answer

    const ends = firstOf(budget, signal)
    const verdict = await confirm(who, ends).catch((): Verdict => {
      signal?.throwIfAborted()
      return { kind: 'unknown' }
    })
    const otherwise: Answer =
      answer.kind === 'credentials'
        ? // A refused signature does nothing.
          { kind: 'unavailable', ...(status === undefined ? {} : { status }), sent: false }
        : answer
    return judge(verdict, who, true) ?? otherwise
  }

  return {
    async call(
      who,
      endpoint,
      args,
      {
        retry = false,
        signal,
        timeoutMs = ANSWERS_WITHIN,
        form = false,
        secrets = [],
        ahead = false,
        beforeSending,
      } = {},
    ) {
      const base = urls[who.realm]
      if (!base) return { kind: 'credentials', reasons: [`This server has no ${who.realm} accounts (any more).`] }
      const body = requestBody(args, form)
      const ends = retry ? signal : undefined

      async function attempt(): Promise<Answer> {
        const endTurn = ahead ? () => {} : await turns.take(accountOf(who), signal)
        if (!endTurn) return { kind: 'busy' }
        let limit: TimeLimit | undefined
        try {
          await beforeSending?.()
          limit = timeLimit(timeoutMs)
          const budget = limit.signal
          const sent = await send(who, base + endpoint, body, { reads: retry, budget, signal: ends, secrets })
          const answer = await verify(who, endpoint, sent, budget, ends)
          // Whether somebody is let in, QuantConnect says in the answer itself; whatever else it answers, it has let them in.
          const isTaken =
            endpoint === AUTHENTICATE
              ? answer.kind === 'done' && answer.body.success === true
              : ['done', 'refused'].includes(answer.kind)
          if (isTaken) await noteToken(who, 'taken')
          else if (answer.kind === 'credentials') await noteToken(who, 'refused')
          return answer
        } finally {
          limit?.end()
          endTurn()
        }
      }

      let answer = await attempt()
      for (let sends = 1; retry; sends++) {
        const milliseconds = pauseBefore(answer, sends, Math.random())
        if (milliseconds === undefined) break
        await pause(milliseconds, signal) // holds no turn: others may go first
        const next = await attempt()
        if (next.kind === 'busy') break // it would say that nothing was sent
        answer = sentBefore(answer, next)
      }
      return answer
    },
  }
}

const accountOf = ({ realm, userId }: Credentials): string => `${realm}:${userId}`

/** The next answer, with what an earlier sending may have done. */
const sentBefore = (earlier: Answer, next: Answer): Answer =>
  earlier.kind === 'unavailable' && earlier.sent && next.kind === 'unavailable' ? { ...next, sent: true } : next
