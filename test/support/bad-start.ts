// A server that is started to see it refuse.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { FLAG, SERVER } from './program.ts'
import { freePort } from './server.ts'

/** What a server said before it ended by itself, and its exit status. One that runs after all is ended, and has none. */
export async function startInVain(env: Readonly<Record<string, string>>) {
  const { NODE_COMPILE_CACHE = '' } = process.env
  const child = spawn(process.execPath, [FLAG, SERVER], {
    env: { NODE_COMPILE_CACHE, PORT: String(await freePort()), ...env },
  })
  let [stdout, stderr] = ['', '']
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  child.stdout.on('data', (chunk) => {
    stdout += chunk
    child.kill('SIGKILL') // it runs, which is all there is to know
  })
  const [status] = await once(child, 'close')
  return { status, stdout, stderr }
}
