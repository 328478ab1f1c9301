/** Stands for something that exists only between `before` and `after` of a suite. Says so when it is used at another time. */
export const whileRunning = <T extends object>(what: string, get: () => T | undefined): T =>
  new Proxy({} as T, {
    get(_target, name) {
      const it = get()
      if (!it) throw new Error(`the ${what} runs only while tests do`)
      return Reflect.get(it, name)
    },
  })
