// Not to work out again what a text says (memoization): for work whose outcome depends on the text alone.

/** The same function, which remembers what it gave for the latest texts, at most so many. Nobody may change what it gives. */
export function remembering<T>(work: (text: string) => T, most: number): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const found = work(text)
    if (known.size >= most) known.delete(known.keys().next().value ?? '')
    known.set(text, found)
    return found
  }
}
