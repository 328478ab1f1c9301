// What is done to all connections of an account at once, and must get as far as the store lets it.
import { StoreUnavailable } from '../storage/store.ts'

/** How far it went. */
export interface Reach {
  readonly done: number
  /** Those of which nobody knows whether it was done, since the store did not say. */
  readonly open: number
}

/** Does something to each; of what is not there (`act` gives undefined) nothing is counted. Throws what is no outage of the store. */
export async function forAll(ids: readonly string[], act: (id: string) => Promise<unknown>): Promise<Reach> {
  const outcomes = await Promise.all(
    ids.map((id) =>
      act(id).then(
        (acted) => (acted === undefined ? 'absent' : 'done'),
        (error) => {
          if (error instanceof StoreUnavailable) return 'open'
          throw error
        },
      ),
    ),
  )
  const count = (what: string) => outcomes.filter((outcome) => outcome === what).length
  return { done: count('done'), open: count('open') }
}
