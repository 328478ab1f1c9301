/** Stands for something that exists only between `before` and `after` of a suite. Says so when it is used at another time. */
export const whileRunning = <T extends object>(what: string, get: () => T | undefined): T =>
  new Proxy({} as T, {
    get(_target, name) {
      const it = get()
      if (!it) throw new Error(`the ${what} is there only while tests run`)
      const value: unknown = Reflect.get(it, name)
      return typeof value === 'function' ? value.bind(it) : value // a class may keep private fields, which a proxy has not
    },
  })
