// What became of work that QuantConnect was asked for, by its answer.
import type { Answer } from '../quantconnect/answer.ts'
import type { Outcome } from './records.ts'

/** What an answer says of the work that was asked for. */
export function outcomeBy(answer: Answer): Outcome {
  switch (answer.kind) {
    case 'done':
      return 'done'
    case 'timeout':
    case 'redirect':
      return 'unknown'
    case 'unavailable':
      return answer.sent ? 'unknown' : 'failed'
    case 'refused':
    case 'credentials':
    case 'clock':
    case 'too-large':
    case 'rate-limited':
    case 'busy':
      return 'failed'
  }
}
