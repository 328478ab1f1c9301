// A sandbox whose clock stands still until a test pushes it, and a built project in it: what most families begin with.
import { after, afterEach, before, beforeEach, mock } from 'node:test'
import { ALICE } from '../support/accounts.ts'
import type { Json } from '../support/json.ts'
import { openSandbox, sandboxClient } from '../support/sandbox-client.ts'

/** What it is depends on the test that runs: each begins a minute or more after the one before, in a fresh account. */
export interface Frozen {
  readonly url: string
  call(path: string, args?: object): Promise<Json>
  tick(seconds: number): void
  /** A new Python project, by its id. `main` is its main file, when the starter does not do. */
  project(name?: string, main?: string): Promise<number>
  /** A build that has succeeded. */
  built(projectId: number): Promise<string>
}

/** Call it inside `describe`. */
export function useFrozenSandbox(): Frozen {
  let sandbox: Awaited<ReturnType<typeof openSandbox>>
  let call: ReturnType<typeof sandboxClient>
  let now = Date.UTC(2026, 9, 5, 14, 0, 0)
  before(async () => {
    sandbox = await openSandbox()
    call = sandboxClient(sandbox, ALICE)
  })
  beforeEach(async () => {
    now += 60_000
    mock.timers.enable({ apis: ['Date'], now })
    await call('/sandbox/reset')
  })
  afterEach(() => {
    now = Date.now()
    mock.timers.reset()
  })
  after(() => sandbox.close())
  const tick = (seconds: number) => mock.timers.tick(seconds * 1000)
  return {
    get url() {
      return sandbox.url
    },
    call: (path, args) => call(path, args),
    tick,
    async project(name = 'Project', main) {
      const { projectId } = (await call('/projects/create', { name, language: 'Py' })).projects[0]
      if (main !== undefined) await call('/files/update', { projectId, name: 'main.py', content: main })
      return projectId
    },
    async built(projectId) {
      const { compileId } = await call('/compile/create', { projectId })
      for (let seconds = 0; seconds < 60; seconds += 1) {
        const { state } = await call('/compile/read', { projectId, compileId })
        if (state !== 'InQueue') break
        tick(1)
      }
      return compileId
    },
  }
}
