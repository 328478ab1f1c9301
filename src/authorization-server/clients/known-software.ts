// Programs that go by a name which says nothing to a person, by the id that their makers have given them (`software_id`,
// RFC 7591 §2). Anybody can state such an id, as anybody can state a name: it says more, and proves nothing.

interface KnownSoftware {
  readonly name: string
  /** What it is, continuing the name. */
  readonly says: string
}

const KNOWN: ReadonlyMap<unknown, KnownSoftware> = new Map([
  ['2e6dc280-f3c3-4e01-99a7-8181dbd1d23d', { name: 'mcp-remote', says: 'which connects Claude Desktop and others' }],
])

export const knownSoftware = (software_id: unknown): KnownSoftware | undefined => KNOWN.get(software_id)
