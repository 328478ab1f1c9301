// deploy/qcgate.service, read by systemd's own program (`npm test` finds or installs it where the machine is Linux).
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { temporaryFolder } from '../support/folder.ts'
import { read, variables, withoutComments } from './files.ts'

/** What `systemd-analyze security` may give, from 0 (nothing is exposed) to 10. docs/operating.md names what it gave. */
const EXPOSURE_AT_MOST = 1.5
const PREFIX = '/opt/qcgate'

const unit = read('deploy/qcgate.service')
const settings = [...withoutComments(unit).matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value])
const all = (name: string) => settings.filter(([key]) => key === name).map(([, value]) => value)
const only = (name: string) => {
  const [value = '', ...others] = all(name)
  assert.deepEqual(others, [], `${name} is set once`)
  return value
}
const environment = Object.fromEntries(all('Environment').map((line = '') => line.split('=')))

describe('deploy/qcgate.service', () => {
  const folder = temporaryFolder()
  after(() => folder.remove())

  /** What systemd says of a unit, on a machine where the program is installed. */
  function analyze(verb: string, content: string) {
    const program = join(folder.path, 'bin/qcgate')
    mkdirSync(dirname(program), { recursive: true })
    writeFileSync(program, '')
    chmodSync(program, 0o755)
    const file = join(folder.path, 'qcgate.service')
    writeFileSync(file, content.replaceAll(PREFIX, folder.path))
    const options = verb === 'security' ? ['--offline=true', '--no-pager'] : ['--man=no']
    const run = spawnSync(process.env.SYSTEMD_ANALYZE ?? '', [verb, ...options, file], { encoding: 'utf8' })
    if (run.error) throw run.error
    return { said: run.stdout + run.stderr, status: run.status }
  }
  const exposure = (content: string) =>
    Number(/exposure level for qcgate\.service: ([\d.]+)/.exec(analyze('security', content).said)?.[1])

  if (process.platform === 'linux') {
    it('is what systemd takes, without a word', () => {
      assert.deepEqual(analyze('verify', unit), { said: '', status: 0 })
    })

    for (const [what, from, to] of [
      ['a setting that is none', 'DynamicUser=', 'DynamicUsr='],
      ['a value that is none', 'ProtectSystem=strict', 'ProtectSystem=stern'],
      ['a program that is not there', 'bin/qcgate serve', 'bin/gate serve'],
    ] as const) {
      it(`would be spoken of with ${what}`, () => {
        assert.notEqual(analyze('verify', unit.replace(from, to)).said, '')
      })
    }

    it('leaves the program little of the machine', () => {
      const whole = exposure(unit)
      assert.ok(whole <= EXPOSURE_AT_MOST, `${whole} is more than ${EXPOSURE_AT_MOST}`)
      assert.ok(exposure(unit.replace(/^(Protect|Private|Restrict)\w+=.*$/gm, '')) > EXPOSURE_AT_MOST)
    })
  }

  it('lets Node.js compile what it runs', () => {
    assert.deepEqual(all('MemoryDenyWriteExecute'), [])
  })

  it('starts the program as npm installs it, on a Node.js that its first line finds', () => {
    const { name } = JSON.parse(read('package.json'))
    assert.equal(only('ExecStart'), `${PREFIX}/bin/${name} serve`)
    assert.match(unit, new RegExp(`^# +npm install --global --prefix ${PREFIX} \\./${name}-VERSION\\.tgz`, 'm'))
    assert.match(environment.PATH ?? '', /^\/usr\/local\/bin:\/usr\/bin/)
  })

  it('keeps data and keys in the folder of the service, which is closed to others', () => {
    const folderOfService = `%S/${only('StateDirectory')}`
    for (const name of ['DATA_DIR', 'KEYS_DIR']) assert.equal(dirname(environment[name] ?? ''), folderOfService, name)
    assert.deepEqual([only('StateDirectoryMode'), only('UMask'), only('DynamicUser')], ['0700', '0077', 'yes'])
  })

  it('sets no variable that nobody reads, and lets the operator set the others', () => {
    const unread = Object.keys(environment).filter((name) => !variables.includes(name))
    assert.deepEqual(unread, ['PATH', 'NODE_ENV'])
    assert.equal(only('EnvironmentFile'), '-/etc/qcgate.env') // and a machine without it starts all the same
  })

  it('waits longer for the end than calls with consequences are waited for', () => {
    assert.ok(Number(only('TimeoutStopSec')) >= 75)
    assert.equal(only('KillMode'), 'mixed')
  })

  it('starts again for as long as the store is away, which a start does not outlive', () => {
    assert.equal(only('Restart'), 'on-failure')
    assert.equal(only('StartLimitIntervalSec'), '0')
    assert.deepEqual(all('RestartPreventExitStatus'), [])
  })
})
