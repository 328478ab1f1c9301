// A project on its way to live trading, for the files about deployments.
import type { Json } from '../support/json.ts'
import type { Frozen } from './frozen.ts'

/** That of Alice. */
export const ALICE_ORGANIZATION = '5c0ffee1a2b3c4d5e6f708192a3b4c5d'
const PAPER = { id: 'QuantConnectBrokerage' }

/** What a test does with deployments in a sandbox. */
export const deploying = ({ call, project, built, tick }: Frozen) => {
  async function form(main?: string): Promise<Json> {
    const projectId = await project('Live', main)
    const { nodes } = await call('/projects/nodes/read', { projectId })
    const { id: nodeId } = nodes.live.find(({ busy }: Json) => !busy) ?? { id: '' }
    return { versionId: '-1', projectId, compileId: await built(projectId), nodeId, brokerage: PAPER }
  }
  const deploy = async (changes: object = {}, main?: string): Promise<Json> =>
    call('/live/create', { ...(await form(main)), ...changes })
  return {
    form,
    deploy,
    /** A deployment that has run for eleven minutes, so that everything has been copied over once. */
    async running(changes: object = {}, main?: string): Promise<Json> {
      const deployment = await deploy(changes, main)
      tick(660)
      return deployment
    },
    /** Asks until the notice of loading is over. */
    async loaded(path: string, args: object): Promise<Json> {
      for (let count = 0; ; count += 1) {
        const answer = await call(path, args)
        if (answer.status !== 'loading' || count === 5) return answer
      }
    },
  }
}
