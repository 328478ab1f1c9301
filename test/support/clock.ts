// Preloaded into servers under test: a clock that the test can stop and push, and with TEST_SPEED time that passes that many times
// faster for whoever waits for others; computing takes as long as ever, and so do the limits on it (`setTimeout`). The server
// itself knows nothing of it.
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'

const RealDate = Date
let ahead = 0
let stoppedAt: number | undefined
const now = () => (stoppedAt ?? RealDate.now()) + ahead

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length ? args : [now()], newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
})

process.on('message', ({ advance, stopAt }: { advance?: number; stopAt?: number }) => {
  if (advance === undefined && stopAt === undefined) return // others that were preloaded are asked as well
  if (stopAt !== undefined) stoppedAt = stopAt - ahead
  ahead += (advance ?? 0) * 1000
  process.send?.({ ahead })
})
process.channel?.unref()

/** What takes longer is QuantConnect, or a person. */
const LONG_MS = 10_000
const speed = Number(process.env.TEST_SPEED ?? 1)
if (speed !== 1) {
  const timeout = AbortSignal.timeout.bind(AbortSignal)
  const { setTimeout: later } = globalThis
  const wait = timers.setTimeout
  const elapsed = performance.now.bind(performance)
  AbortSignal.timeout = (milliseconds) => timeout(Math.ceil(milliseconds / speed))
  // The patience with others is in shorter times, such as that with a store, which is no quicker than it is.
  const sooner = (milliseconds = 0) => (milliseconds < LONG_MS ? milliseconds : milliseconds / speed)
  globalThis.setTimeout = Object.assign(
    ((act: () => void, milliseconds?: number) => later(act, sooner(milliseconds))) as typeof later,
    later,
  )
  timers.setTimeout = (milliseconds, ...rest) => wait((milliseconds ?? 0) / speed, ...rest)
  performance.now = () => elapsed() * speed
  syncBuiltinESMExports()
}
