import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { refused, sandboxClient, useSandbox } from '../support/sandbox-client.ts'

describe('compiles in the sandbox', () => {
  const sandbox = useSandbox()
  const call = sandboxClient(sandbox)
  let projectId: number
  beforeEach(async () => {
    mock.timers.enable({ apis: ['Date'], now: Date.now() })
    projectId = (await call('/projects/create', { name: 'Compiles', language: 'Py' })).projects[0].projectId
  })
  afterEach(() => mock.timers.reset())

  const write = (content: string) => call('/files/update', { projectId, name: 'main.py', content })
  const compile = () => call('/compile/create', { projectId })
  const read = (compileId: string) => call('/compile/read', { projectId, compileId })

  it('a compile waits a second and then succeeds', async () => {
    const created = await compile()
    assert.match(created.compileId, /^[0-9a-f]{32}-[0-9a-f]{32}$/)
    assert.deepEqual([created.state, created.signatureOrder], ['InQueue', ['main.py']])
    assert.deepEqual((await read(created.compileId)).logs, [])
    mock.timers.tick(1_000)
    const built = await read(created.compileId)
    assert.equal(built.state, 'BuildSuccess')
    assert.match(built.logs[0], /^Build Request Successful for Project ID: \d+, with CompileID: /)
  })

  it('a compile of broken code succeeds as a request and names file, line and column', async () => {
    await write('class A:\n    SYNTAX ERROR\n')
    const { compileId } = await compile()
    mock.timers.tick(1_000)
    const { state, logs, success } = await read(compileId)
    assert.deepEqual({ state, success }, { state: 'BuildError', success: true })
    assert.deepEqual(logs, ['Build Error File: main.py Line 2 Column 5 - invalid syntax'])
  })

  it('a real mistake is found, with its place, in whichever file it is', async () => {
    await call('/files/create', { projectId, name: 'ranking.py', content: 'def rank(items)\n    return items\n' })
    const { compileId } = await compile()
    mock.timers.tick(1_000)
    const { state, logs } = await read(compileId)
    assert.equal(state, 'BuildError')
    assert.deepEqual(logs, ["Build Error File: ranking.py Line 1 Column 16 - expected ':'"])
  })

  it('a real mistake in C# is found too, and good code is left alone', async () => {
    const [{ projectId: other }] = (await call('/projects/create', { name: 'Sharp', language: 'C#' })).projects
    const build = async () => {
      const { compileId } = await call('/compile/create', { projectId: other })
      mock.timers.tick(1_000)
      return call('/compile/read', { projectId: other, compileId })
    }
    assert.equal((await build()).state, 'BuildSuccess')
    const [{ content }] = (await call('/files/read', { projectId: other, name: 'Main.cs' })).files
    const broken = content.replace('SetCash(100000);', 'SetCash(100000)')
    await call('/files/update', { projectId: other, name: 'Main.cs', content: broken })
    assert.deepEqual((await build()).logs, ['Build Error File: Main.cs Line 12 Column 24 - ; expected'])
  })

  it('parameters appear after the build', async () => {
    await write('class A(QCAlgorithm):\n    period = self.get_parameter("period", 10)\n')
    const { compileId, parameters } = await compile()
    assert.deepEqual(parameters, [])
    mock.timers.tick(1_000)
    const expected = [{ file: 'main.py', parameters: [{ line: 2, type: 'get_parameter' }] }]
    assert.deepEqual((await read(compileId)).parameters, expected)
  })

  it('a compile belongs to the code as it was', async () => {
    await write('SYNTAX ERROR')
    const { compileId } = await compile()
    await write('repaired = True')
    mock.timers.tick(1_000)
    assert.equal((await read(compileId)).state, 'BuildError')
  })

  it('an unknown or blank compile is refused, and one of another project', async () => {
    const { compileId } = await compile()
    const other = (await call('/projects/create', { name: 'Other', language: 'Py' })).projects[0].projectId
    assert.deepEqual(await read('nothing'), refused('Compile id not found'))
    assert.deepEqual(await read(''), refused('Compile id not found'))
    const elsewhere = await call('/compile/read', { projectId: other, compileId })
    assert.deepEqual(elsewhere, refused('Compile id not found'))
    assert.deepEqual(await call('/compile/create', { projectId: -1 }), refused('Project not found'))
  })
})
