/** What a command has of the world around it: main.ts alone reads the environment and writes to the two streams. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Standard output: what was asked for. */
  print(text: string): void
  /** Standard error: why it cannot be had. */
  complain(text: string): void
}

/** What an exit status says. */
export const EXIT = { done: 0, foundSomething: 1, cannot: 2 } as const
