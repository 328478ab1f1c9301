// The jobs that people come with, as prompts: what a person picks in a menu becomes a message that sends the model the right
// way.
import { visible } from '../answers/unseen.ts'

export interface Argument {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly required: boolean
  readonly shape: Shape
}

/** What a value must be, in words, and what of it is taken; undefined where it is something else. */
interface Shape {
  readonly says: string
  read(value: string): string | undefined
}

const matching = (pattern: RegExp) => (value: string) => (pattern.test(value) ? value : undefined)

const PROJECT_NUMBER: Shape = { says: 'a project number', read: matching(/^\d{1,15}$/) }
const BACKTEST_ID: Shape = { says: 'a backtest id', read: matching(/^\w{1,80}$/) }
const LANGUAGE: Shape = {
  says: 'Python or C#',
  read: (value) => ['Python', 'C#'].find((one) => one.toLowerCase() === value.toLowerCase()),
}
const TEXT_AT_MOST = 10_000
/** A person's own words, of which a few pages are enough. */
const TEXT: Shape = {
  says: `text of ${TEXT_AT_MOST} characters at most`,
  read: (value) => (value.length > TEXT_AT_MOST ? undefined : visible(value).trim() || undefined),
}

interface Prompt {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly arguments: readonly Argument[]
  /** The message, in the person's voice. */
  readonly says: (given: Readonly<Record<string, string>>) => string
}

const projectId: Argument = {
  name: 'projectId',
  title: 'Project',
  description: 'Project number.',
  required: true,
  shape: PROJECT_NUMBER,
}

export const PROMPTS: readonly Prompt[] = [
  {
    name: 'write_and_backtest_strategy',
    title: 'Write and backtest a strategy',
    description: 'From an idea to a backtested algorithm in a new project.',
    arguments: [
      {
        name: 'idea',
        title: 'Idea',
        description: 'What the strategy should do, in a sentence or two.',
        required: true,
        shape: TEXT,
      },
      {
        name: 'language',
        title: 'Language',
        description: 'Python or C#; Python when left out.',
        required: false,
        shape: LANGUAGE,
      },
    ],
    says: ({ idea, language }) =>
      `Write a QuantConnect strategy in ${language || 'Python'} and backtest it. The idea:

${idea}

Work like this:
1. Tell me in a few lines which securities, period, resolution and rules you take, and what would prove the idea wrong.
2. search_quantconnect where you are unsure of an API. Then create_project and update_file_contents.
3. create_compile; correct what it finds until it builds. Then create_backtest with waitSeconds 45, and read_backtest until it has ended.
4. read_backtest_chart "Strategy Equity", and read_backtest_trades where the result needs explaining.
5. Report net profit, Sharpe ratio, drawdown and number of trades against simply holding the benchmark, what could make the result an illusion (look-ahead, too few trades, costs), and one change worth trying next.

Spend nothing and deploy nothing: no optimization and no live trading without asking me.`,
  },
  {
    name: 'explain_backtest',
    title: 'Explain a backtest',
    description: 'What a backtest did, where its result comes from, and whether to believe it.',
    arguments: [
      projectId,
      {
        name: 'backtestId',
        title: 'Backtest',
        description: 'Backtest id; the newest when left out.',
        required: false,
        shape: BACKTEST_ID,
      },
    ],
    says: (given) =>
      `Explain ${given.backtestId ? `backtest ${given.backtestId}` : 'the newest backtest'} of project ${given.projectId} to me.

Use ${given.backtestId ? '' : 'list_backtests, '}read_backtest, read_backtest_chart for "Strategy Equity" and "Drawdown", read_backtest_trades, read_backtest_orders, read_backtest_logs and read_file for the code. Then tell me, in plain words:
1. What the strategy does, in three sentences.
2. How it did against the benchmark, and in which periods it earned and lost.
3. Which few trades or which rule the result hangs on.
4. What speaks against trusting it: few trades, one lucky period, costs, data it could not have had, parameters fitted to the past.
5. What you would change or test next.

Change nothing.`,
  },
  {
    name: 'why_did_my_live_algorithm_stop',
    title: 'Find why a live algorithm stopped',
    description: 'Reads the state, logs, orders and portfolio of a deployment and names the cause.',
    arguments: [projectId],
    says: (given) =>
      `The live algorithm of project ${given.projectId} stopped, or does not do what it should. Find out why.

1. read_live_algorithm for its state, error and times; then the last lines of read_live_logs.
2. read_live_orders for the last orders, invalid and canceled ones above all; read_live_portfolio for what is held now.
3. read_file for the lines that the error names; enhance_error_message where the message is unclear.
4. Tell me the cause and how sure you are, what is still held unattended, and what I should do first.

Only read. Do not stop, liquidate, command or deploy anything, and change no code without asking me.`,
  },
]
