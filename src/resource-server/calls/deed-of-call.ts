// What makes a deed of a call that changes something: its words for the record, its digest, and what keeps it from being sent twice.
import type { CallBegun } from '../../audit/records.ts'
import type { Grant } from '../../grants/grant-record.ts'
import { records, text } from '../../quantconnect/fields.ts'
import type { Suppliers } from '../../suppliers.ts'
import type { Credentials } from '../../vault/vault.ts'
import { secretsOf } from '../tools/catalog.ts'
import type { LookUp, Tool } from '../tools/tool.ts'
import { countsForBrake, createBrake } from './brake.ts'
import type { Deed, DeedFacts, DeedSuppliers } from './deed.ts'
import { createDeed } from './deed.ts'
import { digestOf } from './digest.ts'
import { createPermit } from './permit.ts'
import { Refusal } from './refusals.ts'
import { createRepeats, Overtaken } from './repeats.ts'

type Args = Readonly<Record<string, unknown>>

/** A call whose arguments are in order, and as whom it looks something up. */
interface ValidCall {
  readonly tool: Tool
  readonly input: Args
  readonly credentials: Credentials
  readonly signal: AbortSignal
}

/** What keeps the record of a call that changes something, and keeps it from being sent twice. */
export function deedOf(
  { tool, input, credentials, signal }: ValidCall,
  grant: Grant,
  { call, elapsed }: Pick<DeedFacts, 'call' | 'elapsed'>,
  suppliers: DeedSuppliers & Pick<Suppliers, 'vault' | 'quantConnect' | 'cookieKeys' | 'grants' | 'accounts'>,
): Deed {
  const { id: grantId, accountId } = grant
  const { ref } = call
  const hide = (secret: string) => suppliers.cookieKeys.derive('digest', secret)
  const outgoing = tool.outgoing(input)
  const digestFor = (repeat: boolean) => digestOf({ ...outgoing, repeat }, secretsOf(tool.name), hide)
  const digest = digestFor(outgoing.repeat)
  const repeats = tool.onceOnly && createRepeats(suppliers, { accountId, grantId, digest, ref })
  const brake = countsForBrake(tool)
    ? createBrake({ accountId, grantId, digest: digestFor(false), ref }, suppliers)
    : undefined
  const permit = createPermit(grant, { brake, onlyLowersRisk: tool.onlyLowersRisk }, suppliers)
  const lookUp = lookUpOf(credentials, signal, suppliers)
  const describe = async () => (await saidOf(tool, input, lookUp)).what
  return createDeed(
    { tool, accountId, call: { ...call, digest }, elapsed, describe, permit, signal, repeats },
    suppliers,
  )
}

/** What is said of a call in the record. Whoever looks nothing up says less. */
export async function saidOf(
  { says, isOrder }: Tool,
  input: Args,
  lookUp: LookUp = { projectName: async () => undefined },
): Promise<Pick<CallBegun, 'what' | 'isOrder'>> {
  const what = await says?.(input, lookUp)
  return { ...(what === undefined ? {} : { what }), ...(isOrder?.(input) ? { isOrder: true } : {}) }
}

/** How long words may take to be found, in milliseconds: they are worth no longer wait. */
const LOOK_UP_MS = 3_000

const lookUpOf = (
  credentials: Credentials,
  signal: AbortSignal,
  { quantConnect }: Pick<Suppliers, 'quantConnect'>,
): LookUp => ({
  async projectName(projectId) {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(LOOK_UP_MS)])
    const answer = await quantConnect.call(credentials, '/projects/read', { projectId }, { retry: true, signal: soon })
    const [project] = answer.kind === 'done' ? records(answer.body.projects) : []
    return text(project?.name)
  },
})

/** Sends a call, unless the same one was sent before: then throws `Refusal`, with what became of that. */
export async function unlessSentBefore<T>(
  deed: Deed | undefined,
  { repeat }: Args,
  signal: AbortSignal,
  run: () => Promise<T>,
): Promise<T> {
  for (;;) {
    const before = await deed?.waitForSame(signal)
    if (before) throw new Refusal({ reason: 'repeated', before, onPurpose: repeat === true })
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error
    }
  }
}
