// What is kept of the trouble that somebody asked for: its kind, and which calls it is to meet.

/** What can be asked for, in words for the person who asks. */
export const KINDS = {
  unauthorized: 'HTTP 401',
  'hash-mismatch': "HTTP 200 with Hash doesn't match.",
  'http-500': 'HTTP 500 with an empty body',
  'http-500-html': 'HTTP 500 with a page instead of JSON',
  'http-413': 'HTTP 413',
  'http-429': 'HTTP 429, with Retry-After when seconds is given',
  'http-502': 'HTTP 502, the same',
  'http-503': 'HTTP 503, the same',
  'http-504': 'HTTP 504, the same',
  slow: 'the answer takes 35 seconds, or as many as seconds says',
  'hang-up': 'the connection is closed without an answer',
  loading: 'status loading, as charts and orders answer at first',
  refuse: 'success false, with reason',
  'without-success': 'the answer lacks success',
  huge: 'the answer is some megabytes long',
} as const

export interface Trouble {
  readonly path: string
  readonly kind: keyof typeof KINDS
  times: number
  readonly seconds?: number
  readonly reason?: string
  /** Whether the work is done all the same, and only the answer is lost. */
  readonly after?: boolean
}
