import assert from 'node:assert/strict'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { ConfigurationError, readConfig } from '../src/config.ts'
import { startInVain } from './support/bad-start.ts'
import { temporaryFolder } from './support/folder.ts'

/** What the operator is told about an environment that cannot be used. */
function complaint(env: Record<string, string>): string {
  try {
    readConfig(env)
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error))
    return error.message
  }
  return assert.fail(`${JSON.stringify(env)} was taken`)
}

describe('configuration', () => {
  it('needs nothing set: a server on this machine, with the sandbox', () => {
    const { port, host, issuer, resource, sandbox, dataDir, keysDir, quantConnectApiUrl } = readConfig({})
    assert.deepEqual(
      [port, host, issuer, resource],
      [3000, '127.0.0.1', 'http://localhost:3000', 'http://localhost:3000/mcp'],
    )
    assert.deepEqual([sandbox, dataDir, keysDir], [true, './data', './keys'])
    assert.equal(quantConnectApiUrl, 'https://www.quantconnect.com/api/v2')
  })

  it('takes an empty value for an unset one', () => {
    const names = [
      'PORT',
      'HOST',
      'PUBLIC_URL',
      'ALLOWED_ORIGINS',
      'ALLOWED_USERS',
      'CALL_BUDGET',
      'REDIS_URL',
      'DATA_DIR',
      'KEYS_DIR',
      'SANDBOX',
      'LOG_LEVEL',
    ]
    assert.deepEqual(readConfig(Object.fromEntries(names.map((name) => [name, '']))), readConfig({}))
  })

  it('has the issuer follow PORT, unless PUBLIC_URL says otherwise, and then character by character (RFC 8414 §3.3)', () => {
    assert.equal(readConfig({ PORT: '8080' }).issuer, 'http://localhost:8080')
    for (const PUBLIC_URL of ['https://qcgate.example.com', 'https://qcgate.example.com:8443', 'http://127.0.0.1:1']) {
      const { issuer, resource } = readConfig({ PORT: '8080', PUBLIC_URL })
      assert.deepEqual([issuer, resource], [PUBLIC_URL, `${PUBLIC_URL}/mcp`])
    }
  })

  it('has the sandbox on for loopback and off in public, unless it is said', () => {
    assert.equal(readConfig({ PUBLIC_URL: 'http://[::1]:3000' }).sandbox, true)
    assert.equal(readConfig({ PUBLIC_URL: 'https://qcgate.example.com' }).sandbox, false)
    assert.equal(readConfig({ PUBLIC_URL: 'https://qcgate.example.com', SANDBOX: 'on' }).sandbox, true)
    assert.equal(readConfig({ SANDBOX: 'off' }).sandbox, false)
  })

  it('lets its own origin and loopback pages in, or exactly those that are listed', () => {
    const { allowedOrigins, allowLoopbackOrigins } = readConfig({ PUBLIC_URL: 'https://qcgate.example.com' })
    assert.deepEqual([allowedOrigins, allowLoopbackOrigins], [['https://qcgate.example.com'], true])
    const listed = readConfig({ ALLOWED_ORIGINS: 'https://a.example, https://b.example:8443' })
    assert.deepEqual(listed.allowedOrigins, ['https://a.example', 'https://b.example:8443'])
    assert.equal(listed.allowLoopbackOrigins, false)
    assert.deepEqual(readConfig({ ALLOWED_ORIGINS: '*' }).allowedOrigins, ['*'])
  })

  it('lets extensions and desktop programs in that are listed, as they write themselves', () => {
    for (const origin of [
      'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
      'moz-extension://0f9c1a52-7f3e-4c1d-9b5e-2f1f6c3f2b11',
      'safari-web-extension://8A2F1B9C-58C2-4E5B-A0D6-0D2C7C9E1F00',
      'vscode-webview://1kq0v4jh3f2o',
      'vscode-file://vscode-app',
      'app://obsidian.md',
      'app://-',
      'tauri://localhost',
      'capacitor://localhost',
      'app.example+desk-2://localhost:1420',
    ]) {
      assert.deepEqual(readConfig({ ALLOWED_ORIGINS: origin }).allowedOrigins, [origin])
    }
  })

  for (const [value, says] of [
    ['null', /browsers call "null", and so can anybody/],
    ['file:///home/me/page.html', /browsers call "null"/],
    ['data:text/html', /browsers call "null"/],
    ['blob:https://app.example.com/1', /browsers call "null"/],
    ['https://*.example.com', /pattern, and there are none/],
    ['chrome-extension://*', /pattern, and there are none/],
    ['chrome-extension://abc/', /no path, no trailing slash/],
    ['chrome-extension://abc/popup.html', /no path, no trailing slash/],
    ['tauri://localhost?x=1', /more than an origin/],
    ['app://a#b', /more than an origin/],
    ['https://App.Example.com', /which browsers write https:\/\/app\.example\.com;/],
    ['https://app.example.com:443', /which browsers write https:\/\/app\.example\.com;/],
    ['https://user@app.example.com', /which browsers write https:\/\/app\.example\.com;/],
    ['chrome-extension:abc', /no web origin/],
    ['chrome-extension://', /no web origin/],
    ['Chrome-Extension://abc', /no web origin/],
    ['app://user@host', /no web origin/],
    ['app://a b', /no web origin/],
    ['://abc', /no web origin/],
    ['abc', /no web origin/],
    ['', /no web origin/],
  ] as const) {
    it(`says what is wrong with ${value || 'nothing'} among ALLOWED_ORIGINS, and names no other`, () => {
      const message = complaint({ ALLOWED_ORIGINS: `https://app.example.com, ${value}, tauri://localhost` })
      const [, line = '', ...more] = message.split('\n')
      assert.match(line, says)
      assert.ok(line.includes(`names "${value}", `), line)
      assert.deepEqual(more, [])
    })
  }

  it('has everybody as its users, or exactly those that are listed', () => {
    assert.equal(readConfig({}).allowedUsers, undefined)
    assert.deepEqual(readConfig({ ALLOWED_USERS: '123456' }).allowedUsers, ['123456'])
    assert.deepEqual(readConfig({ ALLOWED_USERS: ' 123456 ,7, 999999999999' }).allowedUsers, [
      '123456',
      '7',
      '999999999999',
    ])
  })

  it('has a budget of calls, at once and a second, of a connection and of an account', () => {
    assert.deepEqual(readConfig({}).callBudget, {
      connection: { most: 60, perSecond: 10 },
      account: { most: 200, perSecond: 30 },
    })
    assert.deepEqual(readConfig({ CALL_BUDGET: ' 600, 100 ,2000,300' }).callBudget, {
      connection: { most: 600, perSecond: 100 },
      account: { most: 2_000, perSecond: 300 },
    })
  })

  /** Per variable: values that cannot be used, and a value that works, which the message must show. */
  const BAD: Record<string, { values: string[]; works: RegExp }> = {
    PORT: { values: ['no', '70000', '0', '-1', '3000.5', '3000x', 'NaN'], works: /3000/ },
    PUBLIC_URL: {
      values: [
        'nonsense',
        'qcgate.example.com',
        'ftp://qcgate.example.com',
        'https://qcgate.example.com/',
        'https://qcgate.example.com/path',
        'https://qcgate.example.com?a=1',
        'https://QCGATE.example.com',
        'https://qcgate.example.com:443',
        'https://user@qcgate.example.com',
        'http://qcgate.example.com',
        'http://192.168.0.1:3000',
        `https://${'long.'.repeat(49)}example.com`,
      ],
      works: /https:\/\/qcgate\.example\.com/,
    },
    ALLOWED_ORIGINS: {
      values: ['nonsense', 'https://a.example/', 'https://a.example/path', 'https://a.example,b.example', 'null'],
      works: /https:\/\/app\.example\.com/,
    },
    ALLOWED_USERS: {
      values: [
        'alice',
        '12x',
        '0',
        '0123',
        '-1',
        '1.5',
        '0x1',
        '1234567890123',
        '*',
        ' ',
        ',',
        '1,',
        '1,,2',
        '1 2',
        '1;2',
      ],
      works: /\b123456\b/,
    },
    CALL_BUDGET: {
      values: [
        '60',
        '60,10,200',
        '60,10,200,30,1',
        '60,10,200,0',
        '-60,10,200,30',
        '60,10,200,x',
        '6e1,10,200,30',
        '60;10;200;30',
        '1.5,10,200,30',
        '60,10,200,99999999',
      ],
      works: /60,10,200,30/,
    },
    TRUSTED_PROXIES: {
      values: ['nonsense', '10.0.0.0/99', '10.0.0.0/8,nonsense', '300.0.0.1'],
      works: /10\.0\.0\.0\/8/,
    },
    QUANTCONNECT_API_URL: {
      values: ['nonsense', 'http://www.quantconnect.com/api/v2', 'ftp://localhost', 'www.quantconnect.com'],
      works: /https:\/\/www\.quantconnect\.com\/api\/v2/,
    },
    SANDBOX: { values: ['yes', 'ON', 'true', '1'], works: /\bon or off\b/ },
    LOG_LEVEL: { values: ['loud', 'INFO', '30'], works: /\binfo\b/ },
  }
  for (const [name, { values, works }] of Object.entries(BAD)) {
    for (const value of values) {
      it(`is refused for ${name}=${value}, naming the variable, its problem and a value that works`, () => {
        const [, line = '', ...more] = complaint({ [name]: value }).split('\n')
        assert.ok(line.includes(`${name}=${value}: `), line)
        const problem = line.slice(line.indexOf(': ') + 2)
        assert.match(problem, works)
        assert.deepEqual(more, [])
      })
    }
  }

  it('does not say of a number that it is none, when it is only no port', () => {
    for (const PORT of ['70000', '0', '-1', '3000.5']) assert.doesNotMatch(complaint({ PORT }), /is no number/)
  })

  it('names everything that cannot be used, at once', () => {
    const message = complaint({ PORT: 'no', SANDBOX: 'yes', LOG_LEVEL: 'loud' })
    for (const name of ['PORT', 'SANDBOX', 'LOG_LEVEL']) assert.ok(message.includes(name), message)
  })

  it('never repeats the value of REDIS_URL, which may hold a password', () => {
    const message = complaint({ REDIS_URL: 'https://user:s3cret@redis.example' })
    assert.match(message, /REDIS_URL/)
    assert.doesNotMatch(message, /s3cret|redis\.example/)
  })
})

describe('what an operator says of themselves', () => {
  const operatorOf = (env: Record<string, string>) => readConfig(env).operator
  const TEXTS = { OPERATOR_NAME: 'Example Capital', OPERATOR_CONTACT: 'help@example.com' }
  const URLS = { OPERATOR_PRIVACY_URL: 'https://example.com/privacy', OPERATOR_TERMS_URL: 'https://example.com/terms' }

  it('is nothing unless it is said, and an empty value says nothing', () => {
    const names = Object.keys({ ...TEXTS, ...URLS })
    assert.deepEqual(operatorOf({}), {})
    assert.deepEqual(operatorOf(Object.fromEntries(names.map((name) => [name, '']))), {})
  })

  it('is taken as it is written', () => {
    assert.deepEqual(operatorOf({ ...TEXTS, ...URLS }), {
      name: 'Example Capital',
      contact: 'help@example.com',
      privacyUrl: 'https://example.com/privacy',
      termsUrl: 'https://example.com/terms',
    })
    assert.deepEqual(operatorOf({ OPERATOR_TERMS_URL: URLS.OPERATOR_TERMS_URL }), { termsUrl: URLS.OPERATOR_TERMS_URL })
  })

  for (const name of ['Bücher & Söhne «Zürich»', '株式会社', '<b>Bold</b>', "O'Neil, Inc.", 'a'.repeat(80)]) {
    it(`may be called ${name}`, () => {
      for (const variable of Object.keys(TEXTS)) {
        assert.deepEqual(Object.values(operatorOf({ [variable]: name })), [name], variable)
      }
    })
  }

  for (const url of [
    'https://example.com',
    'https://example.com:8443/a?b=c&d=e#f',
    'http://localhost:3000/privacy',
    'http://127.0.0.1/',
    'http://[::1]:8080/x',
  ]) {
    it(`may stand at ${url}`, () => {
      for (const variable of Object.keys(URLS)) {
        assert.deepEqual(Object.values(operatorOf({ [variable]: url })), [url], variable)
      }
    })
  }

  // They go into hrefs and metadata as they are (RFC 3986), so what a browser would make something else of is none.
  for (const url of [
    ' https://example.com/',
    'https://example.com/a b',
    'https://exam\nple.com/',
    'https:example.com',
    'HTTPS://Example.com/',
    'https://example.com/"><script>',
    'https://example.com/\u202Ex',
    'https://claude.ai@example.com/',
    `https://example.com/${'a'.repeat(500)}`,
  ]) {
    it(`cannot stand at ${JSON.stringify(url.slice(0, 40))}`, () => {
      for (const variable of Object.keys(URLS)) assert.match(complaint({ [variable]: url }), new RegExp(variable))
    })
  }

  /** What the operator is told of one variable: which it is, what is wrong, and what would work. */
  function holds(message: string, variable: string, problem: RegExp, works: string): void {
    assert.ok(message.includes(`  ${variable}=`), message)
    assert.match(message, problem)
    assert.ok(message.endsWith(`; use one such as ${works}`), message)
  }

  for (const [what, value, problem] of [
    ['more than 80 characters', 'a'.repeat(81), /: has more than 80 characters;/],
    ['a blank in front', ' Example', /: has characters that cannot be seen;/],
    ['a blank behind', 'Example ', /: has characters that cannot be seen;/],
    ['nothing but blanks', '  ', /: has characters that cannot be seen;/],
    ['a line break', 'Example\nCapital', /: has characters that cannot be seen;/],
    ['a tab', 'Example\tCapital', /: has characters that cannot be seen;/],
    ['a character that turns the direction', 'Example\u202ECapital', /: has characters that cannot be seen;/],
    ['a direction that is closed again', 'Example\u2066Capital\u2069', /: has characters that cannot be seen;/],
    ['a blank of no width', 'Example\u200BCapital', /: has characters that cannot be seen;/],
    ['a line break of Unicode', 'Example\u2028Capital', /: has characters that cannot be seen;/],
  ] as const) {
    it(`is refused in a text with ${what}, with a message that says so and what would work`, () => {
      for (const [variable, works] of Object.entries(TEXTS)) {
        holds(complaint({ [variable]: value }), variable, problem, works)
      }
    })
  }

  for (const url of [
    'nonsense',
    'example.com/privacy',
    '/privacy',
    'http://example.com/privacy',
    'http://192.168.0.1/privacy',
    'http://localhost.example.com/',
    'ftp://example.com/privacy',
    'javascript:alert(1)',
    'data:text/html,hello',
    'https://',
    'https://user:secret@example.com/privacy',
    'https://user@example.com/privacy',
    'https://:secret@example.com/privacy',
    'http://user:secret@localhost/privacy',
  ]) {
    it(`is refused at ${url}, with a message that says so and what would work`, () => {
      for (const [variable, works] of Object.entries(URLS)) {
        holds(complaint({ [variable]: url }), variable, /: is no https URL;/, works)
      }
    })
  }
})

describe('a start that cannot succeed', () => {
  const folder = temporaryFolder()
  after(folder.remove)

  const start = (env: Record<string, string>) =>
    startInVain({ DATA_DIR: join(folder.path, 'data'), KEYS_DIR: join(folder.path, 'keys'), ...env })

  it('ends with exit code 2 and the message, and nothing else', async () => {
    const { status, stdout, stderr } = await start({
      PORT: 'no',
      ALLOWED_USERS: 'alice',
      REDIS_URL: 'https://user:s3cret@redis.example',
    })
    assert.equal(status, 2)
    assert.equal(stdout, '')
    assert.match(stderr, /PORT=no/)
    assert.match(stderr, /ALLOWED_USERS=alice/)
    assert.match(stderr, /REDIS_URL/)
    assert.doesNotMatch(stderr, /s3cret|\n {4}at /)
  })

  const file = join(folder.path, 'a-file')
  const dangling = join(folder.path, 'a-link')
  writeFileSync(file, '')
  symlinkSync(join(folder.path, 'nowhere'), dangling)
  const unusable: [name: string, why: string, value: string][] = [
    ['HOST', 'is an address of another machine', '192.0.2.1'],
    ['DATA_DIR', 'is below a file', join(file, 'data')],
    ['DATA_DIR', 'is a link that leads nowhere', dangling],
    ['DATA_DIR', 'is in a file system that takes no folders', '/proc/nope'],
    ['DATA_DIR', 'is a folder that nobody can write', '/proc/self'],
    ['KEYS_DIR', 'is a file', file],
    ['KEYS_DIR', 'is below a link that leads nowhere', join(dangling, 'keys')],
    ['KEYS_DIR', 'is deep in a file system that takes no folders', '/proc/nope/not/here'],
  ]
  for (const [name, why, value] of unusable) {
    it(`ends at once and says which variable to change when ${name} ${why}`, async () => {
      const { status, stdout, stderr } = await start({ [name]: value })
      assert.deepEqual([status, stdout], [2, ''])
      assert.match(stderr, new RegExp(`\\b${name}\\b`))
      assert.equal(stderr.trim().split('\n').length, 1, stderr)
    })
  }
})
