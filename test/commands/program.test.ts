// The program's commands: what they say of themselves, and what a mistake is told.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { readConfig } from '../../src/config.ts'
import { SETTINGS } from '../../src/settings.ts'
import { FLAG, PROGRAM, runProgram } from '../support/program.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const COMMANDS = ['serve', 'doctor', 'sandbox', 'version']

describe('qcgate', { concurrency: 3 }, () => {
  for (const command of ['', ...COMMANDS]) {
    const words = command ? [command] : []
    const name = ['qcgate', ...words].join(' ')
    it(`${name} --help says what it does, and --version which version this is; both start nothing`, async () => {
      for (const option of ['--help', '-h']) {
        const { code, output, left } = await runProgram([...words, option])
        assert.deepEqual([code, left], [0, []])
        assert.match(output, new RegExp(`^Usage: ${name} `))
        assert.doesNotMatch(output, /is running/)
      }
      for (const option of ['--version', '-v']) {
        assert.deepEqual(await runProgram([...words, option]), { code: 0, output: `${version}\n`, left: [] })
      }
    })
  }

  it('--help names every command, and what the exit codes say', async () => {
    const { output } = await runProgram(['--help'])
    for (const command of COMMANDS) assert.match(output, new RegExp(`^  ${command} `, 'm'))
    assert.match(output, /0 done, 1 found something, 2 cannot/)
    assert.equal((await runProgram(['help', 'doctor'])).output, (await runProgram(['doctor', '--help'])).output)
  })

  it('version says which Node.js runs it', async () => {
    const { code, output, left } = await runProgram(['version'])
    assert.deepEqual([code, left], [0, []])
    assert.match(output, new RegExp(`^qcgate ${version}\nNode.js ${process.versions.node}, `))
  })

  it('serve --help names every setting, and every default that is not a folder is the one that counts', async () => {
    const { output } = await runProgram(['serve', '--help'])
    for (const [name, meaning] of Object.entries(SETTINGS)) assert.ok(output.includes(`  ${name.padEnd(22)}${meaning}`))
    const { port, host, quantConnectApiUrl, logLevel } = readConfig({})
    assert.deepEqual(
      [SETTINGS.PORT, SETTINGS.HOST, SETTINGS.QUANTCONNECT_API_URL, SETTINGS.LOG_LEVEL].map(
        (meaning) => /\((.*)\)$/.exec(meaning)?.[1],
      ),
      [String(port), host, quantConnectApiUrl, logLevel],
    )
  })

  const MISTAKES: [args: string, says: RegExp][] = [
    ['--port 3001', /unknown option '--port'\nSettings are environment variables: PORT=/],
    ['--prot=3001', /unknown option '--prot=3001'\nSettings are environment variables: PORT=3001 before/],
    ['serve --data-dir /srv', /DATA_DIR=/],
    ['serve --sandbox=off', /SANDBOX=off/],
    ['PORT=3001', /unknown command 'PORT=3001'\nSettings are environment variables: PORT=3001 before/],
    ['serve port=3001', /PORT=3001 before/],
    ['sandbox --port 1', /PORT=/],
    ['sandbox --host 1', /unknown option '--host'\nqcgate --help/],
    ['--versoin', /Did you mean --version\?/],
    ['serve --hlep', /Did you mean --help\?/],
    ['doctr https://qcgate.example.com', /unknown command 'doctr'\n\(Did you mean doctor\?\)/],
    ['sevre', /Did you mean serve\?/],
    ['help sevre', /unknown command 'sevre'\n\(Did you mean serve\?\)/],
    ['sandbox 3100', /too many arguments/],
    ['version --all', /unknown option '--all'\nqcgate --help/],
    ['doctor', /missing required argument 'url'/],
    ['doctor --port 1 https://qcgate.example.com', /unknown option '--port'\nqcgate --help/],
  ]
  for (const [args, says] of MISTAKES) {
    it(`${args}: exit code 2, what is meant, and nothing started`, async () => {
      const { code, output, left } = await runProgram(args.split(' '))
      assert.deepEqual([code, left], [2, []])
      assert.match(output, says)
      assert.doesNotMatch(output, /is running|\n {4}at /)
    })
  }

  it('repeats no password of a URL that stands in the wrong place', async () => {
    assert.doesNotMatch((await runProgram(['doctor', 'http://u:a s3cret@x', 'y'])).output, /s3cret/)
    for (const args of [
      'doctor http://u:s3cret@x y',
      'doctor http://u:s3cret@x/path',
      'doctor --url=http://u:s3cret@x',
      'http://u:s3cret@x',
      'serve http://u:s3cret@x',
      '--redis-url=redis://:s3cret@x:6379/0',
      'REDIS_URL=redis://:s3/cr@et:s3cret@x:6379/0',
      'help http://u:s3cret@x',
    ]) {
      const { code, output } = await runProgram(args.split(' '))
      assert.equal(code, 2)
      assert.doesNotMatch(output, /s3cret/)
    }
  })

  it('goes on when nobody reads to the end, and says that it cannot when nothing can be written', async () => {
    for (const args of [['--help'], ['serve', '--help'], ['version']]) {
      const child = spawn(process.execPath, [FLAG, PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
      child.stdout.destroy()
      const complaints = await text(child.stderr)
      assert.deepEqual([child.exitCode ?? (await once(child, 'exit'))[0], complaints], [0, ''])
    }
    if (process.platform !== 'linux') return
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [FLAG, PROGRAM, 'version'], { stdio: ['ignore', full, 'ignore'] })
    closeSync(full)
    assert.deepEqual(await once(child, 'exit'), [2, null])
  })
})
