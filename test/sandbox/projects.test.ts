import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALICE, BOB } from '../support/accounts.ts'
import { refused, sandboxClient, sign, useSandbox } from '../support/sandbox-client.ts'

describe('projects in the sandbox', () => {
  const sandbox = useSandbox()
  const alice = sandboxClient(sandbox)
  const bob = sandboxClient(sandbox, BOB)

  const create = async (name: string, language = 'Py') =>
    (await alice('/projects/create', { name, language })).projects[0]
  const names = async (args = {}) =>
    (await alice('/projects/read', args)).projects.map((project: { name: string }) => project.name)

  it('a new project looks like a real one', async () => {
    const project = await create('Momentum/US equities')
    assert.equal(String(project.projectId).length, 8)
    assert.match(project.created, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    assert.match(project.channelId, /^P\d+-[0-9a-f]{32}$/)
    assert.deepEqual([project.parameters, project.libraries, project.grid], [[], [], null])
    assert.equal(project.ownerId, 100001)
    assert.equal(project.collaborators.length, 1)
    assert.deepEqual((await alice('/projects/read', { projectId: project.projectId })).projects, [project])
  })

  it('a new project has starter files in its language', async () => {
    for (const [language, expected] of [
      ['Py', ['main.py', 'research.ipynb']],
      ['C#', ['Main.cs', 'Research.ipynb']],
    ] as const) {
      const { projectId } = await create(`Starter ${language}`, language)
      const { files } = await alice('/files/read', { projectId })
      assert.deepEqual(
        files.map((file: { name: string }) => file.name),
        expected,
      )
    }
  })

  it('a language other than Py and C# is refused', async () => {
    assert.deepEqual(
      await alice('/projects/create', { name: 'x', language: 'Basic' }),
      refused('Language must be Py or C#'),
    )
  })

  it('an organization of somebody else is refused', async () => {
    const { organizationId } = await bob('/account/read')
    const answer = await alice('/projects/create', { name: 'x', language: 'Py', organizationId })
    assert.deepEqual(answer, refused('Organization not found'))
  })

  it('a taken name gets a number', async () => {
    assert.equal((await create('Twin')).name, 'Twin')
    assert.equal((await create('Twin')).name, 'Twin 1')
    assert.equal((await create('Twin')).name, 'Twin 2')
  })

  it('renaming to a taken name is refused, to its own name is not', async () => {
    const { projectId } = await create('Old name')
    await create('In use')
    const refusal = await alice('/projects/update', { projectId, name: 'In use' })
    assert.deepEqual(refusal, refused('Project name already exists'))
    assert.deepEqual(await alice('/projects/update', { projectId, name: 'Old name', description: 'x' }), {
      success: true,
    })
  })

  it('an update changes only the given fields, and may arrive as form data', async () => {
    const { projectId } = await create('Described')
    const response = await fetch(`${sandbox.url}/projects/update`, {
      method: 'POST',
      headers: sign(ALICE),
      body: new URLSearchParams({ projectId: String(projectId), description: 'by form' }),
    })
    assert.deepEqual(await response.json(), { success: true })
    const [{ name, description }] = (await alice('/projects/read', { projectId })).projects
    assert.deepEqual({ name, description }, { name: 'Described', description: 'by form' })
  })

  it('reads answer GET with a query, changes do not', async () => {
    const { projectId } = await create('By query')
    const read = await fetch(`${sandbox.url}/projects/read?projectId=${projectId}`, { headers: sign(ALICE) })
    assert.equal(((await read.json()) as { projects: { name: string }[] }).projects[0]?.name, 'By query')
    const change = await fetch(`${sandbox.url}/projects/delete?projectId=${projectId}`, { headers: sign(ALICE) })
    assert.equal(change.status, 405)
  })

  it('an end of 2 gives two projects, and a start at or above the end is refused', async () => {
    const all = await names()
    assert.deepEqual(await names({ end: 2 }), all.slice(0, 2))
    assert.deepEqual(await names({ start: 1, end: 3 }), all.slice(1, 3))
    assert.deepEqual(await alice('/projects/read', { start: 2, end: 2 }), refused('Invalid range'))
  })

  it('a deleted project stays listed under Recycle Bin/', async () => {
    const { projectId } = await create('Short-lived')
    assert.deepEqual(await alice('/projects/delete', { projectId }), { success: true })
    assert.ok((await names()).includes('Recycle Bin/Short-lived'))
    assert.equal((await create('Short-lived')).name, 'Short-lived')
  })

  it('the list of LEAN versions is long', async () => {
    assert.ok((await alice('/projects/read')).versions.length >= 40)
  })

  it("one person's project is not found by another", async () => {
    const { projectId } = await create('Private')
    for (const path of ['/projects/read', '/projects/update', '/projects/delete', '/files/read', '/compile/create']) {
      assert.deepEqual(await bob(path, { projectId }), refused('Project not found'), path)
    }
    const seen = (await bob('/projects/read')).projects.map((project: { projectId: number }) => project.projectId)
    assert.ok(seen.length > 0 && !seen.includes(projectId))
  })

  it('an unknown project is refused, and so is an id of a wrong kind', async () => {
    assert.deepEqual(await alice('/projects/read', { projectId: -1 }), refused('Project not found'))
    assert.deepEqual(await alice('/projects/delete'), refused('Project not found'))
    assert.deepEqual(await alice('/projects/read', { projectId: [1] }), refused('Invalid argument: projectId'))
  })

  it('an unknown field appears now and then', async () => {
    const { projects } = await alice('/projects/read')
    assert.ok(projects.some((project: object) => 'sandboxColor' in project))
    assert.ok(projects.some((project: object) => !('sandboxColor' in project)))
  })

  it('the 201st project is refused, until one in the bin can give way', async () => {
    for (let count = (await names()).length; count < 200; count += 1) await create(`Filler ${count}`)
    const binned = (await names()).filter((name: string) => name.startsWith('Recycle Bin/'))
    assert.equal(binned.length, 1)
    await create('Takes the place of the deleted one')
    const refusal = await alice('/projects/create', { name: 'One too many', language: 'Py' })
    assert.match(refusal.errors[0], /at most 200 projects/)
    assert.equal((await names()).length, 200)
  })
})
