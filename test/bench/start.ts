// How large the package is, and how long a start takes: from the command to the line that it runs. Run with
// `npm run bench -- start`; it ends with 1 where that is more than a newcomer should wait for.
import { join } from 'node:path'
import { temporaryFolder } from '../support/folder.ts'
import { buildPackage, measure } from '../support/package.ts'
import { timeToEnd, timeToRun } from './goals/start.ts'

/** Milliseconds, of a start that is not the first one. */
const AT_MOST = 400
const TIMES = 21

let firsts = 0

const folder = temporaryFolder()
const build = await buildPackage(join(folder.path, 'dist'))
try {
  const { files, unpacked, packed } = measure(build)
  print('to download', megabytes(packed))
  print('unpacked', `${megabytes(unpacked)} in ${files} files`)
  await repeat('the first start', () => start('first', build.program))
  const next = await repeat('a start', () => start('next', build.program))
  await repeat('without the sandbox', () => start('bare', build.program, { SANDBOX: 'off' }))
  await repeat('from the sources', () => start('sources', join(process.cwd(), 'src/main.ts')))
  await repeat('--version', () => timeToEnd([build.program, '--version']))
  if (next > AT_MOST) {
    console.log(`\nA start takes more than ${AT_MOST} ms.`)
    process.exitCode = 1
  }
} finally {
  folder.remove()
}

/** Does something often, and prints the median of the milliseconds that it took. The first time is no part of it. */
async function repeat(row: string, act: () => Promise<number>): Promise<number> {
  await act()
  const took: number[] = []
  for (let time = 0; time < TIMES; time += 1) took.push(await act())
  took.sort((one, other) => one - other)
  const [least = 0, median = 0, most = 0] = [took[0], took[TIMES >> 1], took.at(-1)]
  print(row, `${Math.round(median)} ms (${Math.round(least)} to ${Math.round(most)})`)
  return median
}

/** Starts a server in a home of its own, or always in a new one. */
function start(name: string, program: string, env: Record<string, string> = {}): Promise<number> {
  const home = join(folder.path, name === 'first' ? `first-${firsts++}` : name)
  return timeToRun({ args: [program], home, env })
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`
}

function print(row: string, value: string): void {
  console.log(`${row.padEnd(22)}${value}`)
}
