import { existsSync } from 'node:fs'
import type { DescribedCommand } from '../shared/admin/described-command.ts'
import { systemClock, wait } from '../shared/clock.ts'
import { LaresError } from '../shared/errors.ts'
import { EXIT, exitCodeOf, lastWords } from '../shared/exit-code.ts'
import { silentLog } from '../shared/log.ts'
import { waitForStop } from '../shared/stop-signal.ts'
import { agree, askSecret } from '../shared/terminal/ask-person.ts'
import { ownScreen } from '../shared/terminal/render.ts'
import { programVersion } from '../shared/version.ts'
import { askList } from './ask-list.ts'
import { knownCommands, knownPrograms } from './commands.ts'
import { LOGINS_KIND, VALUE_KINDS, WORDS_KIND } from './completion/value-kinds.ts'
import { completionScript } from './completion.ts'
import { areaHelp, commandHelp, help } from './help.ts'
import { isFileAnswer, readJsonFiles } from './json-file.ts'
import { LIVE_COMMANDS } from './live-commands.ts'
import { workOf } from './long-work.ts'
import { answersWithFile } from './own-options.ts'
import { fileParam } from './param-options.ts'
import { type Call, hubOptions, parseCall, type WhichHub } from './parse-call.ts'
import { showAnswer } from './show-answer.ts'
import { type MeantHub, meantHub, withHub } from './which-hub.ts'
import { isPaged } from './whole-list.ts'

/** `lares <area> <verb> …`: asks the hub over its local socket and shows the answer. Returns the exit code. */
export async function ask(argv: string[]): Promise<number> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read it has enough, as `head` has.
    if (error.code === 'EPIPE') process.exit(EXIT.ok)
    process.stderr.write(lastWords(error, argv))
    process.exit(exitCodeOf(error))
  })
  try {
    return await answer(argv)
  } catch (error) {
    process.stderr.write(lastWords(error, argv))
    return exitCodeOf(error)
  }
}

async function answer(argv: string[]): Promise<number> {
  const known = [...knownCommands(), ...LIVE_COMMANDS]
  const { words, wantsHelp } = withoutHelp(argv)
  const [area, verb] = words
  if (area === 'completion') return wantsHelp ? show(COMPLETION_HELP) : await complete(verb ?? '', typedIn(argv))
  if (area === undefined || (wantsHelp && area.startsWith('-'))) return show(help(known))
  const isArea = known.some((command) => command.area === area && command.verb !== '')
  if (isArea && (verb === undefined || verb.startsWith('-'))) {
    show(areaHelp(known, area))
    return wantsHelp ? EXIT.ok : EXIT.usage
  }
  const call = await understand(known, wantsHelp ? [...words, '--help'] : words)
  if (call.help) return show(commandHelp(call.command))
  if (call.version) return show(`${programVersion()}\n`)
  if (LIVE_COMMANDS.includes(call.command)) return await (await import('./live.ts')).runLive(call)
  if (fileParam(call.command) !== undefined)
    return await (await import('./import/import-list.ts')).importFromFile(call, show)
  if (isPaged(call.command)) {
    await withHub(call, (client) =>
      askList(call, (params) => client.request(call.command.area, call.command.verb, params)),
    )
    return EXIT.ok
  }
  readJsonFiles(call)
  const { data, code, said } = await askHub(call)
  if (said !== undefined) return show(said)
  if (isFileAnswer(call.command) && !call.json) return show(`${JSON.stringify(data, null, 2)}\n`)
  show(call.json ? `${JSON.stringify(data)}\n` : showAnswer(call.command, data, ownScreen(systemClock.now())))
  return (await watchWork(call, data)) ?? code
}

/** What takes minutes is watched on a terminal, or where somebody says so; a program asks for itself. `null`: it is not. */
async function watchWork(call: Call, answer: unknown): Promise<number | null> {
  const { command, json } = call
  const isWaited = call.wait ?? (!json && process.stderr.isTTY === true)
  const work = isWaited ? workOf(command, answer) : null
  if (work === null) return null
  const { followWork } = await import('./follow-work.ts')
  const stop = waitForStop(silentLog)
  const ending = new AbortController()
  void stop.signal.then(() => ending.abort())
  try {
    return await withHub(call, (client) =>
      followWork(work, {
        ask: (area, verb, params) => client.request(area, verb, params),
        clock: systemClock,
        signal: ending.signal,
      }),
    )
  } finally {
    stop.release()
  }
}

/** The words of a line that a shell hands on. */
function typedIn(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end < 0 ? [] : argv.slice(end + 1)
}

const COMPLETION_HELP = `lares completion bash|zsh|fish   prints the script with which that shell completes the words of lares

  bash  lares completion bash > ~/.local/share/bash-completion/completions/lares
  zsh   lares completion zsh > a file _lares in a folder of $fpath
  fish  lares completion fish > ~/.config/fish/completions/lares.fish
`

/** `completion devices -- <the words so far>` is what these scripts ask. */
async function complete(what: string, typed: readonly string[]): Promise<number> {
  if (what === WORDS_KIND || what === LOGINS_KIND || VALUE_KINDS.has(what)) {
    const found = await (await import('./complete-words.ts')).completeWords(what, typed)
    return show(found.map((word) => `${word}\n`).join(''))
  }
  return show(completionScript(what, { commands: [...knownCommands(), ...LIVE_COMMANDS], programs: knownPrograms() }))
}

function show(text: string): number {
  process.stdout.write(text)
  return EXIT.ok
}

/** `help` may stand before an area, behind it, or as an option anywhere. */
function withoutHelp(argv: readonly string[]): { words: string[]; wantsHelp: boolean } {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  const isHelp = (word: string, index: number) =>
    index < end && (word === '-h' || word === '--help' || (word === 'help' && index < 2))
  const words = argv.filter((word, index) => !isHelp(word, index))
  return { words, wantsHelp: words.length < argv.length }
}

/** The call as this program understands it; a newer hub that runs here may know verbs and options that it does not. */
async function understand(known: readonly DescribedCommand[], words: string[]): Promise<Call> {
  const now = systemClock.now()
  try {
    return parseCall(known, words, now)
  } catch (error) {
    const told = await toldByHub(hubOptions(words))
    if (told === null) throw error
    return parseCall([...told, ...LIVE_COMMANDS], words, now)
  }
}

const DESCRIBE_MS = 3_000

/** What the running hub says of its verbs, or `null` where none runs or it cannot say. */
async function toldByHub(hub: WhichHub): Promise<DescribedCommand[] | null> {
  try {
    const meant = meantHub(hub)
    if (meant.kind === 'here' && !existsSync(meant.socket)) return null
    const told = withHub(hub, async (client) => {
      const { commands } = (await client.request('admin', 'describe', {})) as { commands: DescribedCommand[] }
      return commands
    })
    // Who mistyped a word should not wait for a hub that is away.
    return await Promise.race([told, wait(systemClock, DESCRIBE_MS).then(() => null)])
  } catch {
    // What this program could not understand is then said by this program.
    return null
  }
}

/** Whether the bytes are wanted, and not only the link to them. On the machine of the hub somebody has to say so. */
function wantsBytes({ command, file, json }: Call, meant: MeantHub): boolean {
  return answersWithFile(command) && (file !== undefined || (meant.kind === 'elsewhere' && !json))
}

/** What was sent may have come: it is not sent again by itself, and whoever says it again should look before. */
function unanswered(error: unknown): unknown {
  if (!(error instanceof LaresError) || error.code !== 'unreachable') return error
  return new LaresError('unreachable', `${error.message}; whether it was done is not known`, {
    cause: error,
    hint: 'Look whether it was done before you say it again: lares events list shows what was changed.',
  })
}

/** A question about a hub elsewhere names it: who has several logins should not find out afterwards. */
function asksOf(meant: MeantHub, question: string): string {
  return meant.kind === 'elsewhere' ? `At ${meant.hub.name}: ${question}` : question
}

/** `said`: what was done with an answer that is a file. */
async function askHub(call: Call): Promise<{ data: unknown; code: number; said?: string }> {
  const { command, params, yes, json } = call
  const { area, verb } = command
  for (const name of command.secret_params) params[name] ??= await askSecret(name)
  const meant = meantHub(call)
  return await withHub(call, async (client) => {
    let code: number = EXIT.ok
    const pending = () => {
      code = EXIT.pending
    }
    const request = async (confirm: boolean) => {
      const data = await client.request(area, verb, params, { confirm, pending }).catch((error: unknown) => {
        throw command.changes ? unanswered(error) : error
      })
      if (!wantsBytes(call, meant)) return { data, code }
      const { saveFile } = await import('./save-file.ts')
      return { data, code, said: await saveFile(call, { client, meant, answer: data }) }
    }
    try {
      return await request(yes)
    } catch (error) {
      if (!(error instanceof LaresError) || error.code !== 'confirm_needed') throw error
      await agree(asksOf(meant, error.message), { json })
      return await request(true)
    }
  })
}
