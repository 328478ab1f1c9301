// What a model can do about the refusals of QuantConnect that are known, by their words.

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /no spare nodes available/i,
    'Wait until a running backtest has ended (list_backtests shows progress), or ask the person which one may be deleted with delete_backtest; then call it again.',
  ],
  [/Too many backtest requests/i, 'Wait a minute before the next backtest.'],
  [/Compile id not found/i, 'Call create_compile and use the compileId that it returns.'],
  [/^File not found/i, 'Call read_file without a name to see which files there are.'],
  [
    /File extension is not valid/i,
    'Use a name that ends in .py, .cs, .ipynb, .html, .css, .json, .md or .txt, as the language of the project allows.',
  ],
  [/Project not found/i, 'Call list_projects for the numbers of the projects there are.'],
  [/Backtest not found/i, 'Call list_backtests for the ids of this project’s backtests.'],
  [/Optimization not found/i, 'Call list_optimizations for the ids of this project’s optimizations.'],
  [/Optimization already (completed|aborted)/i, 'It has ended already; read_optimization shows what it found.'],
  [/earlier successful backtest/i, 'Run one with create_backtest, wait until it is completed, then estimate again.'],
  [/Organization not found/i, 'Call list_organizations for the ids of the organizations there are.'],
  [/Object not found/i, 'Call list_object_store_files for the keys there are.'],
  [/Chart not found/i, 'Call read_backtest or read_live_algorithm for the names of the charts there are.'],
  [/Node not found/i, 'Call read_project_nodes for the ids of the live nodes, and take one that is not busy.'],
  [/Failed to process request data/i, 'QuantConnect’s AI service is busy; call it again in a few seconds.'],
  [
    /derivative export/i,
    'Downloads need an Institution plan with the export permission; a person can change the plan on quantconnect.com.',
  ],
  [/Maximum range is/i, 'Ask for a narrower window of start and end, and page through the rest.'],
  [/already exists/i, 'Take another name, or change what is there with the update tool.'],
]

/** The hint for the first of these reasons that is known; undefined when none is. */
export const hintFor = (reasons: readonly string[]): string | undefined =>
  HINTS.find(([words]) => reasons.some((reason) => words.test(reason)))?.[1]
