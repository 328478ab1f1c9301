// What is sent back: decided without touching a connection, sent by server.ts.

export interface Reply {
  readonly status: number
  /** JSON. Without it, and without the others, the body is empty. */
  readonly body?: object
  readonly html?: string
  readonly zip?: Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** Seconds to wait before it is sent. */
  readonly afterSeconds?: number
  /** Nothing is sent, and the connection is cut. */
  readonly hangUp?: boolean
}

export const errorReply = (status: number, reason: string): Reply => ({
  status,
  body: { success: false, errors: [reason] },
})
