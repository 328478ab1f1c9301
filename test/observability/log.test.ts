import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'

const LOG = new URL('../../src/observability/log.ts', import.meta.url).href

/** What the log writes to standard error when a program hands it these records. */
function logged(level: string, ...records: unknown[]): string {
  const program = `
    import { createLog } from '${LOG}'
    const log = createLog('${level}')
    for (const record of ${JSON.stringify(records)}) log.info(record, 'said')
    log.error({ err: new Error('a cause') }, 'failed')`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  })
  assert.equal(stdout, '') // standard output is for people
  return stderr
}
const SECRET = 's3cret-value'

describe('the log', () => {
  it('is one JSON object a line, with a time that people can read', () => {
    const [first] = logged('info', { a: 1 }).split('\n')
    const { level, time, msg, a } = JSON.parse(first ?? '')
    assert.deepEqual([level, msg, a], [30, 'said', 1])
    assert.match(time, /^\d{4}-\d\d-\d\dT/)
  })

  it('tells the cause of a failure', () => {
    assert.match(logged('info'), /a cause/)
  })

  it('says no more than its level', () => {
    assert.doesNotMatch(logged('error', { a: 1 }), /said/)
    assert.equal(logged('silent', { a: 1 }), '')
  })

  const names = ['apiToken', 'token', 'access_token', 'refresh_token', 'code', 'code_verifier', 'client_secret']
  const headers = ['authorization', 'cookie', 'set-cookie', 'timestamp']
  for (const name of names) {
    it(`never shows ${name}, wherever it stands in what is handed in`, () => {
      const text = logged('info', { [name]: SECRET }, { a: { [name]: SECRET } }, { a: { b: { [name]: SECRET } } })
      assert.ok(!text.includes(SECRET), text)
      assert.equal(text.split('[redacted]').length - 1, 3)
    })
  }
  for (const name of headers) {
    it(`never shows the header ${name}, which can be replayed`, () => {
      const text = logged('info', { headers: { [name]: SECRET } }, { request: { headers: { [name]: SECRET } } })
      assert.ok(!text.includes(SECRET), text)
      assert.equal(text.split('[redacted]').length - 1, 2)
    })
  }
})
