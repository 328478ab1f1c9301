// What readers are told when QuantConnect did not do its part.
import type { Answer } from '../../quantconnect/answer.ts'
import { accountAddress } from '../account-addresses.ts'
import { hintFor } from './hints.ts'
import type { RefusalWords, RefusedCall, Row, Table } from './refusal-words.ts'
import { failed } from './refusal-words.ts'

/** QuantConnect did not do its part. */
export type UpstreamFailure = Exclude<Answer, { kind: 'done' }> | { readonly kind: 'loading' }

const UPSTREAM: Table<UpstreamFailure, 'kind'> = {
  refused: ({ reasons }) =>
    failed(
      `QuantConnect refused: ${reasons.join(' ')}`,
      `Nothing was changed. ${hintFor(reasons) ?? 'Correct the arguments and call it again.'}`,
    ),
  credentials: ({ reasons }, { places }) =>
    failed(
      `QuantConnect does not accept the stored API token of this account any more: ${reasons.join(' ')}`,
      `Nothing was changed. Ask the person to enter the new token at ${accountAddress(places.issuer)}. There they also confirm which assistants to keep; then this connection works again, and nothing needs reconnecting.`,
    ),
  clock: () =>
    failed(
      'QuantConnect refuses the signatures of several accounts at once, so the clock of this qcgate server is the likely cause, not this account. Whoever runs it was told.',
      'Nothing was changed and no token needs replacing; call it again in a few minutes.',
    ),
  loading: () =>
    failed(
      'QuantConnect was still gathering this data after a long wait.',
      'Call the same tool with the same arguments again in a minute. If it never comes, check that the run has finished.',
    ),
  'too-large': () =>
    failed(
      'QuantConnect says that this is too large (HTTP 413).',
      'Nothing was changed. Send less at once: a smaller file, or several.',
    ),
  'rate-limited': ({ retryAfter }) =>
    failed(
      'QuantConnect says that this account calls too often (HTTP 429).',
      `${retryAfter ? `Wait ${retryAfter} seconds` : 'Wait a minute'}, then call it again; nothing was changed.`,
    ),
  busy: () =>
    failed(
      'Too many calls of this account are waiting for QuantConnect already. This one was not sent.',
      'Wait until the others have answered, then call it again.',
    ),
  redirect: (_, { tool }) => failed('QuantConnect answered with a redirect where data was expected.', fate(tool, true)),
  timeout: (_, { tool }) => failed('QuantConnect did not answer in time.', fate(tool, true)),
  unavailable: ({ status, sent, retryAfter }, { tool }) => {
    const code = status ? ` (HTTP ${status})` : ''
    const later = retryAfter ? ` It asks to wait ${retryAfter} seconds.` : ''
    return failed(`QuantConnect gave no usable answer${code}.${later}`, fate(tool, sent))
  },
}

/** As what a look is told of, which has no consequences. */
export const LOOKING = { name: 'a look', annotations: { readOnlyHint: true } }
const AGAIN = 'Nothing was changed; call it again in a minute.'

/** What is known about what a tool was to do, after a call that went wrong. */
export function fate({ annotations, verify }: RefusedCall['tool'], sent: boolean): string {
  if (annotations.readOnlyHint) return AGAIN
  if (!sent) return `The request did not reach QuantConnect. ${AGAIN}`
  return `It is unknown whether this was done. Do not repeat it before you know: ${verify}`
}

/** What readers are told of one answer. */
export const upstreamWords = (answer: UpstreamFailure, call: RefusedCall): RefusalWords =>
  (UPSTREAM[answer.kind] as Row<UpstreamFailure>)(answer, call) // sound: likewise
