import { LaresError } from '../shared/errors.ts'
import { EXIT } from '../shared/exit-code.ts'
import { programVersion } from '../shared/version.ts'

const HELP = `Lares: the hub of a house and the agents on its Raspberry Pis and speakers

lares hub …            the house's hub (lares help hub)
lares edge …           the agent of this machine (lares help edge)
lares central …        the Postgres where many houses meet (lares help central)
lares voice …          what understands speech, and speaks (lares help voice)
lares ask "…"          say a sentence to the house (lares help voice ask)
lares talk             talk to the house at this terminal (lares help talk)
lares diagnose         one file for whoever helps, without secrets (lares help diagnose)
lares <area> <verb> …  ask the hub: lares devices list, lares hub status (lares help)
lares login <hub>      have these commands ask a hub elsewhere (lares help login)

  -h, --help, -v, --version
`

/** What runs by itself and asks no hub. Only what is asked for is loaded: an agent has no use for the hub's code, nor the memory for it. */
const PROGRAMS: ReadonlyMap<string, (words: string[]) => Promise<number>> = new Map([
  ['hub', async (words) => (await import('../hub/main.ts')).runHub(words)],
  ['edge', async (words) => (await import('../edge/main.ts')).runEdge(words)],
  ['diagnose', async (words) => (await import('./diagnose/main.ts')).runDiagnose(words)],
  ['central', async (words) => (await import('../central/main.ts')).runCentral(words)],
  ['voice', async (words) => (await import('../speech/main.ts')).runVoice(words)],
])

/** Words of programs that are questions to a running hub. */
const QUESTIONS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['hub', new Set(['status', 'wear', 'log', 'log-level', 'fetch-backup'])],
  [
    'voice',
    new Set(['ask', 'say', 'hear', 'speak', 'engines', 'try', 'notes', 'forget', 'names', 'add-name', 'remove-name']),
  ],
])

/** `lares ask how warm is it --device hall-pi` is `lares voice ask "how warm is it" --device hall-pi`; other words stay as they are. */
export function shortened(words: readonly string[]): string[] {
  if (words[0] === 'help' && words[1] === 'ask') return ['help', 'voice', ...words.slice(1)]
  if (words[0] !== 'ask') return [...words]
  const rest = words.slice(1)
  const options = rest.findIndex((word) => word.startsWith('-'))
  const said = options < 0 ? rest : rest.slice(0, options)
  // What stands in quotes is all of it, and a device may follow.
  const sentence = said.some((word) => /\s/.test(word)) ? said : said.length > 0 ? [said.join(' ')] : []
  return ['voice', 'ask', ...sentence, ...rest.slice(said.length)]
}

/** What the words after `lares` ask for. Returns the exit code; throws where no part could say itself what is wrong. */
export async function runLares(given: string[]): Promise<number> {
  const words = shortened(given)
  const [first, second, ...rest] = words
  if (first === undefined || first === '-h' || first === '--help') {
    process.stdout.write(HELP)
    return first === undefined ? EXIT.usage : EXIT.ok
  }
  if (first === '-v' || first === '--version') {
    process.stdout.write(`${programVersion()}\n`)
    return EXIT.ok
  }
  const name = first === 'help' ? second : first
  const asked = first === 'help' ? [...rest, '--help'] : words.slice(1)
  const program = PROGRAMS.get(name ?? '')
  if (program && !asksHub(name ?? '', asked)) {
    refuseElsewhere(name ?? '', asked)
    return await program(asked)
  }
  return await (await import('./ask.ts')).ask(words)
}

/** Whether words behind a name ask a running hub. Some words of a program do; the others are the program itself. */
export function asksHub(name: string, asked: readonly string[]): boolean {
  if (!PROGRAMS.has(name)) return true
  return QUESTIONS.get(name)?.has(asked.find((word) => word !== 'help') ?? '') ?? false
}

/** What runs on a machine works with its files: a hub elsewhere is no help to it. */
function refuseElsewhere(name: string, words: readonly string[]): void {
  if (!words.some((word) => /^--hub(?:=|$)/.test(word))) return
  const verb = words.find((word) => /^[a-z]/.test(word))
  const called = ['lares', name, ...(name === 'hub' && verb !== undefined ? [verb] : [])].join(' ')
  throw new LaresError('bad_params', `${called} works with what is on its own machine, and with no hub elsewhere`, {
    hint: 'Log in on that machine (ssh) and call it there, without --hub. What can be asked from elsewhere: lares help.',
  })
}
