// Where an installed program keeps things, on each platform.
import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { readConfig } from '../src/config.ts'
import { foldersOfInstalled, type Machine } from '../src/default-folders.ts'

const LINUX: Machine = { platform: 'linux', env: {}, home: '/home/ada' }

describe('where an installed program keeps its data', () => {
  const PLACES: [is: string, machine: Machine, dataDir: string][] = [
    ['~/.local/share on Linux', LINUX, '/home/ada/.local/share/qcgate/data'],
    ['XDG_DATA_HOME where it is set', { ...LINUX, env: { XDG_DATA_HOME: '/srv/ada' } }, '/srv/ada/qcgate/data'],
    [
      'not an XDG_DATA_HOME that is not absolute, as the specification asks',
      { ...LINUX, env: { XDG_DATA_HOME: 'ada/data' } },
      '/home/ada/.local/share/qcgate/data',
    ],
    [
      '~/Library/Application Support on macOS',
      { platform: 'darwin', env: { XDG_DATA_HOME: '/srv/ada' }, home: '/Users/ada' },
      '/Users/ada/Library/Application Support/qcgate/data',
    ],
    [
      '%LOCALAPPDATA% on Windows',
      { platform: 'win32', env: { LOCALAPPDATA: 'D:\\Local' }, home: 'C:\\Users\\ada' },
      'D:\\Local\\qcgate\\data',
    ],
    [
      'the usual %LOCALAPPDATA% where Windows does not tell',
      { platform: 'win32', env: {}, home: 'C:\\Users\\ada' },
      'C:\\Users\\ada\\AppData\\Local\\qcgate\\data',
    ],
    ['~/.local/share on FreeBSD', { ...LINUX, platform: 'freebsd' }, '/home/ada/.local/share/qcgate/data'],
  ]
  for (const [is, machine, dataDir] of PLACES) {
    it(`is ${is}`, () => assert.equal(foldersOfInstalled(machine).dataDir, dataDir))
  }

  it('keeps the keys beside the data, wherever that is, unless KEYS_DIR names another place', () => {
    const folders = foldersOfInstalled(LINUX)
    const chosen = (env: Record<string, string>) => {
      const { dataDir, keysDir } = readConfig(env, folders)
      return [dataDir, keysDir]
    }
    assert.deepEqual(chosen({}), ['/home/ada/.local/share/qcgate/data', '/home/ada/.local/share/qcgate/keys'])
    assert.deepEqual(chosen({ DATA_DIR: '/srv/gate/data' }), ['/srv/gate/data', '/srv/gate/keys'])
    assert.deepEqual(chosen({ KEYS_DIR: '/etc/gate' }), ['/home/ada/.local/share/qcgate/data', '/etc/gate'])
    assert.deepEqual(chosen({ DATA_DIR: '', KEYS_DIR: '' }), chosen({}))
    const above = dirname(process.cwd())
    assert.deepEqual(chosen({ DATA_DIR: '.' }), ['.', join(above, 'keys')])
    assert.deepEqual(chosen({ DATA_DIR: '..' }), ['..', join(dirname(above), 'keys')])
  })

  it('is nowhere for a user without a home, who is asked for DATA_DIR', () => {
    const folders = foldersOfInstalled({ ...LINUX, home: undefined })
    assert.throws(
      () => readConfig({}, folders),
      /^ConfigurationError: DATA_DIR: this user has no home folder; name one/,
    )
    assert.equal(readConfig({ DATA_DIR: '/srv/gate/data' }, folders).keysDir, '/srv/gate/keys')
    const env = { XDG_DATA_HOME: '/srv/ada' }
    assert.equal(foldersOfInstalled({ ...LINUX, env, home: undefined }).dataDir, '/srv/ada/qcgate/data')
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      for (const home of [undefined, '', '.', 'ada']) {
        assert.equal(foldersOfInstalled({ platform, env: { LOCALAPPDATA: home }, home }).dataDir, undefined)
      }
    }
  })

  it('in a checkout data and keys lie where it is started', () => {
    const { dataDir, keysDir } = readConfig({})
    assert.deepEqual([dataDir, keysDir], ['./data', './keys'])
    assert.equal(readConfig({ DATA_DIR: '/srv/gate' }).keysDir, './keys')
  })
})
