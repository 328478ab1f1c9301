// Preloaded into servers under test: a clock that the test can push. The server itself knows nothing of it.
const RealDate = Date
let ahead = 0
const now = () => RealDate.now() + ahead

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length ? args : [now()], newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
})

process.on('message', (message: { advance?: number }) => {
  ahead += (message.advance ?? 0) * 1000
  process.send?.({ ahead })
})
process.channel?.unref()
