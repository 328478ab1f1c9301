// Long lists come by the page.

/** Which of how many pages, counted from 1. */
export interface PageNumber {
  readonly number: number
  readonly of: number
}

/** The part of a list that a page shows. `asked` is the page in the address, whatever somebody wrote there. */
export function pageOf<T>(all: readonly T[], perPage: number, asked: unknown): { shown: T[]; page: PageNumber } {
  const of = Math.max(1, Math.ceil(all.length / perPage))
  const number = Math.min(of, Math.max(1, Number.parseInt(String(asked), 10) || 1))
  return { shown: all.slice((number - 1) * perPage, number * perPage), page: { number, of } }
}
