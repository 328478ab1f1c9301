/** Waits until a condition holds; whoever waits in vain learns for what. */
export async function until(what: string, holds: () => unknown, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
