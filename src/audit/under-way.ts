// Calls that may have consequences and are not on the record yet. A process that is told to end waits for them: an order that
// reached QuantConnect must not vanish from its person's record because of a restart.

/** What the log says of a call whose end was not waited for. */
export interface CallUnderWay {
  readonly ref: string
  readonly tool: string
  readonly accountId: string
}

export interface CallsUnderWay {
  /** Notes that one begins, and gives the function that notes its end: after it was recorded. */
  begin(call: CallUnderWay): () => void
  list(): readonly CallUnderWay[]
  /** Fulfilled when none is under way. */
  allEnded(): Promise<void>
}

export function createCallsUnderWay(): CallsUnderWay {
  const underWay = new Map<CallUnderWay, Promise<void>>()
  return {
    begin(call) {
      const { promise, resolve } = Promise.withResolvers<void>()
      underWay.set(call, promise)
      return () => {
        underWay.delete(call)
        resolve()
      }
    },
    list: () => [...underWay.keys()],
    async allEnded() {
      while (underWay.size) await Promise.all(underWay.values())
    },
  }
}
