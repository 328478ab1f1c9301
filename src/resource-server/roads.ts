// How many calls took which road. That nearly all take the straight one is what makes this server fast, and nobody would see it if
// clients began to send what goes elsewhere: so the log says it.
import type { Log } from '../observability/log.ts'
import { messagesIn } from './gate.ts'

const TOLD_EVERY_MS = 60 * 60 * 1000

export interface Roads {
  /** Notes the calls in a body. */
  note(body: unknown, isStraight: boolean): void
}

/** Tells the log once an hour, and when the process ends, where there were calls. */
export function createRoads(log: Log): Roads {
  const calls = { straight: 0, elsewhere: 0 }
  const tell = () => {
    if (calls.straight + calls.elsewhere > 0) log.info({ ...calls }, 'calls by road')
    Object.assign(calls, { straight: 0, elsewhere: 0 })
  }
  setInterval(tell, TOLD_EVERY_MS).unref()
  process.once('exit', tell)
  return {
    note(body, isStraight) {
      const many = messagesIn(body).filter(({ method }) => method === 'tools/call').length
      calls[isStraight ? 'straight' : 'elsewhere'] += many
    },
  }
}
