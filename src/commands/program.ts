// The program that people start: its commands, their help, and what the exit code says. A command is loaded when it is
// called, so that help and version answer at once and start nothing.
import { Command, CommanderError } from 'commander'
import { SETTINGS } from '../settings.ts'
import { closestTo } from '../spelling.ts'
import { VERSION } from '../version.ts'
import { startServer } from './start-server.ts'
import { EXIT, type Terminal } from './terminal.ts'

/**
 * Runs a command and gives its exit code: 0 done, 1 found something, 2 cannot. For a server that is the code of its start; it
 * goes on until a signal ends it. `args` are those behind the program's name; without a command they are of `serve`.
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = EXIT.done
  const program = describeItself(new Command('qcgate'))
    .exitOverride()
    .configureOutput({ writeOut: terminal.print, writeErr: (text) => terminal.complain(withoutPasswords(text)) })
    .description('The gate between AI assistants and QuantConnect accounts.')
    .helpCommand('help [command]', 'say what a command does')
    .addHelpText('after', '\nWithout a command it serves. Exit codes: 0 done, 1 found something, 2 cannot.')

  describeItself(program.command('serve'))
    .description('run the server (what happens without a command)')
    .addHelpText('after', settings(SETTINGS))
    .action(async () => {
      code = await startServer(terminal)
    })
  describeItself(program.command('doctor'))
    .description('check a running server from outside, as clients see it')
    .argument('<url>', 'its PUBLIC_URL, such as https://qcgate.example.com: no path, no trailing slash')
    .action(async (url: string, _options: unknown, command: Command) => {
      const { doctor, problemOfServerOrigin } = await import('./doctor/doctor.ts')
      const problem = problemOfServerOrigin(url)
      if (problem) command.error(`error: ${problem}`)
      code = await doctor(url, (line) => terminal.print(`${line}\n`))
    })
  describeItself(program.command('sandbox'))
    .description('run the offline QuantConnect API alone, for people who build clients')
    .addHelpText('after', settings(SANDBOX_SETTINGS))
    .action(async () => {
      code = await (await import('./sandbox.ts')).sandbox(terminal)
    })
  const journal = describeItself(program.command('journal')).description('look at an exported record of what was done')
  describeItself(journal.command('verify'))
    .description('check, offline, that nothing was changed, inserted, removed, moved or cut off')
    .argument('<file>', 'what /account/activity.jsonl gave')
    .requiredOption('--jwks <file|url>', 'the public keys of the server: its /jwks, or a copy of it')
    .action(async (file: string, { jwks }: { jwks: string }) => {
      code = await (await import('./journal.ts')).verifyFile(file, jwks, terminal)
    })
  describeItself(program.command('version'))
    .description('say which version this is, and of which Node.js')
    .action(() => {
      const { versions, platform, arch } = process
      terminal.print(`qcgate ${VERSION}\nNode.js ${versions.node}, ${platform}-${arch}\n`)
    })

  try {
    const [help, topic] = args
    // Help with what is no command would be help with everything; so it is read as that command, which says what is meant.
    const isUnknown = help === 'help' && topic && !program.commands.some((command) => command.name() === topic)
    const words = isUnknown ? args.slice(1) : args
    await program.parseAsync(namesCommand(words) ? words : ['serve', ...words], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return EXIT.done // help or version
    terminal.complain(`${withoutPasswords(whatToDo(args, error))}\n`)
    return EXIT.cannot
  }
  return code
}

const HELP = ['-h', '--help']
const VERSION_OPTIONS = ['-v', '--version']
const SANDBOX_SETTINGS = { PORT: 'where it listens (3100)' }

const describeItself = (command: Command): Command =>
  command
    .version(VERSION, VERSION_OPTIONS.join(', '), 'say which version this is')
    .helpOption(HELP.join(', '), 'say what there is')

/** Whether the arguments are for the program or one of its commands, rather than for the one that needs no name. */
const namesCommand = ([first]: readonly string[]): boolean =>
  first !== undefined && (!first.startsWith('-') || [...HELP, ...VERSION_OPTIONS].includes(first))

/** The library repeats what it does not know, and a URL may hold a password. */
const withoutPasswords = (text: string): string => text.replace(/\/\/.*@/g, '//…@')

/** What follows a mistake: the setting that an option or a word was taken for, or where to read on. */
function whatToDo(args: readonly string[], { code }: CommanderError): string {
  const [command = 'serve'] = args.filter((argument) => !argument.startsWith('-'))
  const given = code === 'commander.unknownOption' ? /^--?([^=]+)=?(.*)$/ : /^([^=]+)=(.*)$/
  const [, option = '', value] = args.map((argument) => given.exec(argument)).find(Boolean) ?? []
  const known = command === 'sandbox' ? SANDBOX_SETTINGS : SETTINGS
  const setting = ['doctor', 'journal'].includes(command) ? undefined : closestTo(option, Object.keys(known))
  if (setting) return `Settings are environment variables: ${setting}=${value || '…'} before the command.`
  return 'qcgate --help says what there is.'
}

const settings = (known: Readonly<Record<string, string>>): string =>
  `\nSettings are environment variables:\n${Object.entries(known)
    .map(([name, meaning]) => `  ${name.padEnd(22)}${meaning}`)
    .join('\n')}`
