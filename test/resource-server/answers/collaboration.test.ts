// Who may do what with a project: told as QuantConnect answers it, each right both ways.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOf, PROJECT } from './run-tool.ts'

const ADA = '4c8e0a2f6b1d3957e8f0a2c4b6d8e0f1'
const BEN = '9b7d5f3e1c0a2846fbd9e7c5a3b1d0f2'
const ada = {
  uid: 123456,
  publicId: ADA,
  name: 'Ada Example',
  email: 'a***@example.org',
  bio: '',
  profileImage: 'https://cdn.example.org/p/123456.png',
  owner: true,
  permission: 'write',
  liveControl: true,
}
const ben = {
  ...ada,
  uid: 234567,
  publicId: BEN,
  name: 'Ben Example',
  email: 'b***@example.org',
  owner: false,
  permission: 'read',
  liveControl: false,
}

describe('everybody with access', () => {
  it('is told with both rights and ownership, and without address and picture', async () => {
    const { data, summary, result } = await answerOf(
      'read_project_collaborators',
      { projectId: PROJECT },
      { collaborators: [ada, ben], userLiveControl: false, userPermissions: 'write', success: true },
    )
    assert.deepEqual(data, {
      projectId: PROJECT,
      userPermissions: 'write',
      userLiveControl: false,
      collaborators: [
        { publicId: ADA, name: 'Ada Example', uid: 123456, owner: true, permission: 'write', liveControl: true },
        { publicId: BEN, name: 'Ben Example', uid: 234567, owner: false, permission: 'read', liveControl: false },
      ],
    })
    assert.match(summary, /2 people/)
    assert.doesNotMatch(JSON.stringify(result), /example\.org/)
  })
})

const MAY = { live: / may control live/, mayNot: / may not control live/ }

describe('the rights of a collaborator', () => {
  for (const write of [true, false]) {
    for (const live of [true, false]) {
      const rights = `${write ? 'may' : 'may not'} write and ${live ? 'may' : 'may not'} control live trading`
      const check = (summary: string) => {
        assert.equal(/read and change/.test(summary), write)
        assert.equal(/only read/.test(summary), !write)
        assert.equal(MAY.live.test(summary), live)
        assert.equal(MAY.mayNot.test(summary), !live)
      }
      const created = {
        projectId: PROJECT,
        collaboratorUserId: BEN,
        collaborationLiveControl: live,
        collaborationWrite: write,
      }
      const updated = { projectId: PROJECT, collaboratorUserId: BEN, liveControl: live, write }
      const answered = { ...ben, permission: write ? 'write' : 'read', liveControl: live }

      it(`who ${rights} are sent as asked for, once`, async () => {
        for (const [name, args, endpoint] of [
          ['create_project_collaborator', created, '/projects/collaboration/create'],
          ['update_project_collaborator', updated, '/projects/collaboration/update'],
        ] as const) {
          const { asked } = await answerOf(name, args, { collaborators: [], success: true })
          assert.deepEqual(asked, [{ endpoint, args, options: { retry: false, form: false, secrets: [] } }])
        }
      })

      it(`who ${rights} are told as asked for, where the answer does not name them`, async () => {
        check((await answerOf('create_project_collaborator', created, { collaborators: [ada], success: true })).summary)
        check((await answerOf('update_project_collaborator', updated, { success: true })).summary)
      })

      it(`who ${rights} are told as QuantConnect answers, whatever was asked for`, async () => {
        const body = { collaborators: [ada, answered], success: true }
        const otherwise = { ...created, collaborationLiveControl: !live, collaborationWrite: !write }
        check((await answerOf('create_project_collaborator', otherwise, body)).summary)
        check(
          (await answerOf('update_project_collaborator', { ...updated, liveControl: !live, write: !write }, body))
            .summary,
        )
      })
    }
  }

  it('are gone when the collaborator is removed, and the rest is told', async () => {
    const args = { projectId: PROJECT, collaboratorId: BEN }
    const { data, summary, asked } = await answerOf('delete_project_collaborator', args, {
      collaborators: [ada],
      success: true,
    })
    assert.deepEqual(asked[0]?.args, args)
    assert.ok(summary.includes(BEN))
    assert.match(summary, /removed/)
    assert.deepEqual(
      data.collaborators.map(({ publicId }: { publicId: string }) => publicId),
      [ADA],
    )
  })
})
