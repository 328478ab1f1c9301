// What is kept of the Object Store: what is known of each object, but not its bytes, and the requests to take some out.

export interface StoredObject {
  /** Path-like, without a slash in front. */
  readonly key: string
  readonly created: number
  readonly modified: number
  readonly size: number
  readonly md5: string
  readonly mime: string
  readonly preview: string
}

/** A request to pack objects, and later the address of the archive. */
export interface Export {
  readonly jobId: string
  readonly keys: readonly string[]
  readonly created: number
  /** Part of the address, and all that protects it. */
  readonly secret: string
  /** How often the job was asked for. */
  reads: number
}
