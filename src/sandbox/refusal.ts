/** A request that is understood and turned down. QuantConnect says so with HTTP 200, `success: false` and a reason. */
export class Refusal extends Error {
  readonly status: number

  constructor(reason: string, status = 200) {
    super(reason)
    this.status = status
  }
}
