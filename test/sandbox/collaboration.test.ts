import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SANDBOX_ACCOUNTS } from '../../src/sandbox/server.ts'
import { BOB } from '../support/accounts.ts'
import type { Json } from '../support/json.ts'
import { refused, sandboxClient } from '../support/sandbox-client.ts'
import { useFrozenSandbox } from './frozen.ts'

const collaboratorUserId = SANDBOX_ACCOUNTS[1]?.publicId

describe('collaboration in the sandbox', () => {
  const sandbox = useFrozenSandbox()
  const { call, project } = sandbox
  const path = (end: string) => `/projects/collaboration/${end}`
  const invite = (projectId: number, rights: object = {}) =>
    call(path('create'), {
      projectId,
      collaboratorUserId,
      collaborationWrite: false,
      collaborationLiveControl: false,
      ...rights,
    })
  const rights = ({ collaborators }: Json) =>
    collaborators.map(({ name, owner, permission, liveControl }: Json) => [name, owner, permission, liveControl])

  it('the owner is part of every list', async () => {
    const projectId = await project()
    const { userLiveControl, userPermissions, ...answer } = await call(path('read'), { projectId })
    assert.deepEqual([userLiveControl, userPermissions], [true, 'write'])
    assert.deepEqual(rights(answer), [['Alice Sandbox', true, 'write', true]])
  })

  it('an invited person makes two entries, and the permission follows the write flag', async () => {
    const projectId = await project()
    assert.deepEqual(rights(await invite(projectId))[1], ['Bob Sandbox', false, 'read', false])
    assert.deepEqual(rights(await invite(projectId, { collaborationWrite: true }))[1], [
      'Bob Sandbox',
      false,
      'write',
      false,
    ])
    const [described] = (await call('/projects/read', { projectId })).projects
    assert.deepEqual(rights(described).length, 2)
  })

  it('an update names the flags differently, and a removal the person', async () => {
    const projectId = await project()
    await invite(projectId)
    const updated = await call(path('update'), { projectId, collaboratorUserId, write: true, liveControl: true })
    assert.deepEqual(rights(updated)[1], ['Bob Sandbox', false, 'write', true])
    assert.equal(
      (await call(path('delete'), { projectId, collaboratorId: collaboratorUserId })).collaborators.length,
      1,
    )
  })

  it('a person who is unknown, or not invited, is refused', async () => {
    const projectId = await project()
    for (const id of ['', '100002', 'nobody']) {
      assert.deepEqual(await invite(projectId, { collaboratorUserId: id }), refused('User not found'), id)
    }
    assert.deepEqual(await call(path('update'), { projectId, collaboratorUserId }), refused('User not found'))
    const removal = { projectId, collaboratorId: collaboratorUserId }
    assert.deepEqual(await call(path('delete'), removal), refused('User not found'))
  })

  it('an unknown project is refused by every call', async () => {
    for (const end of ['create', 'read', 'update', 'delete', 'lock/acquire']) {
      assert.deepEqual(await call(path(end), { projectId: -1 }), refused('Project not found'), end)
    }
  })

  it('a lock is given to an editor that says its name', async () => {
    const projectId = await project()
    assert.deepEqual(await call(path('lock/acquire'), { projectId, codeSourceId: 'editor' }), { success: true })
  })

  it('an invitation lets nobody into another world', async () => {
    const projectId = await project()
    await invite(projectId, { collaborationWrite: true })
    const bob = sandboxClient(sandbox, BOB)
    assert.deepEqual(await bob('/projects/read', { projectId }), refused('Project not found'))
  })
})
