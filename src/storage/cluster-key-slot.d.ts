/** The hash slot of a key (Redis Cluster Specification, Key distribution model). The package brings no types. */
declare module 'cluster-key-slot' {
  export default function calculateSlot(key: string): number
}
