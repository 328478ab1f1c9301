// Calls that may have consequences and are not on the record yet. A process that is told to end waits for them: an order that
// reached QuantConnect must not vanish from its person's record because of a restart.

export interface CallsUnderWay {
  /** Notes that one begins, and gives the function that notes its end: after it was recorded. */
  begin(): () => void
  readonly count: number
  /** Fulfilled when none is under way. */
  allEnded(): Promise<void>
}

export function createCallsUnderWay(): CallsUnderWay {
  const underWay = new Set<Promise<void>>()
  return {
    begin() {
      const { promise, resolve } = Promise.withResolvers<void>()
      underWay.add(promise)
      return () => {
        underWay.delete(promise)
        resolve()
      }
    },
    get count() {
      return underWay.size
    },
    async allEnded() {
      while (underWay.size) await Promise.all(underWay)
    },
  }
}
