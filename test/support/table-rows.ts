/** The rows of the tables in a part of a markdown page, cell by cell, without those that head a table. */
export const tableRows = (text: string): string[][] =>
  [...text.matchAll(/^\|(?: ?-+ ?\|)+\n((?:\|.*\n?)*)/gm)].flatMap(([, body = '']) =>
    body
      .trim()
      .split('\n')
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
  )
