import { createInterface } from 'node:readline/promises'
import { cleanText } from '../shared/clean-text.ts'
import { LaresError } from '../shared/errors.ts'
import { EXIT, exitCodeOf, lastWords } from '../shared/exit-code.ts'
import type { AdminClient } from './admin-client.ts'
import { authorityOf } from './elsewhere/hub-place.ts'
import type { Call } from './parse-call.ts'
import { connectHub, type MeantHub, meantHub } from './which-hub.ts'

/** Anybody who types one of them has said enough. */
const ENOUGH: ReadonlySet<string> = new Set(['exit', 'quit', 'bye'])
const PROMPT = '> '

/** What `voice ask` answers, as far as it is shown. */
interface Answered {
  text: string
  done: string[]
}

export interface HouseTalk {
  /** The sentences, one by one; it is not asked for the next before this one is answered. */
  sentences: AsyncIterable<string>
  connect(): Promise<AdminClient>
  /** Where and how each of them is said, as `voice ask` has it. */
  params: Record<string, unknown>
  json: boolean
  print(text: string): void
  /** What is no answer. */
  say(text: string): void
}

/** `lares talk`: sentences to the house and its answers, until `exit` or Ctrl-D. Returns the exit code. */
export async function talkAtTerminal(call: Call): Promise<number> {
  const meant = meantHub(call)
  const isTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true
  const typed = createInterface({
    input: process.stdin,
    ...(isTerminal ? { output: process.stderr, prompt: PROMPT, historySize: 500 } : {}),
  })
  // Ctrl-C ends it as Ctrl-D does.
  typed.once('SIGINT', () => typed.close())
  try {
    const failed = await talkWithHouse({
      sentences: typedSentences(typed, isTerminal),
      connect: () => connectHub(meant),
      params: call.params,
      json: call.json,
      print: (text) => void process.stdout.write(`${text}\n`),
      say: (text) => void process.stderr.write(text),
      ...(isTerminal ? { welcome: welcomeWords(meant, call.params) } : {}),
    })
    if (isTerminal) process.stderr.write('\n')
    // Somebody who sits there has seen it; a script has only the code.
    return isTerminal ? EXIT.ok : failed
  } finally {
    typed.close()
  }
}

/**
 * Says each sentence to the house. What one of them cannot have is told, and the next is said all the same, over a connection of its
 * own where the hub went away. Throws what the first connection throws, and what is wrong with the device: no sentence would work.
 * Returns the exit code of what failed last; 0: nothing did.
 */
export async function talkWithHouse(parts: HouseTalk & { welcome?: string }): Promise<number> {
  const { sentences, connect, params, json, print, say, welcome } = parts
  let client: AdminClient | null = null
  const opened = async (): Promise<AdminClient> => {
    const fresh = await connect()
    // Nothing was on its way: the next sentence has another one.
    void fresh.ended.then(() => {
      if (client === fresh) client = null
    })
    client = fresh
    return fresh
  }
  const first = await opened()
  let failed: number = EXIT.ok
  try {
    if (params.device !== undefined) await first.request('devices', 'show', { device: params.device })
    if (welcome !== undefined) say(welcome)
    for await (const sentence of sentences) {
      const text = sentence.trim()
      if (text === '') continue
      if (ENOUGH.has(text.toLowerCase())) break
      try {
        const answer = await (client ?? (await opened())).request('voice', 'ask', { ...params, text })
        print(json ? JSON.stringify(answer) : answerLines(answer as Answered))
      } catch (error) {
        failed = exitCodeOf(error)
        say(lastWords(error, json ? ['--json'] : []))
        if (!(error instanceof LaresError) || error.code !== 'unreachable') continue
        await closed(client)
        client = null
      }
    }
  } finally {
    await closed(client)
  }
  return failed
}

async function closed(client: AdminClient | null): Promise<void> {
  await client?.close()
}

/** Lines as they are typed. With a prompt where somebody sits there, each after the answer to the one before. */
function typedSentences(typed: ReturnType<typeof createInterface>, isTerminal: boolean): AsyncIterable<string> {
  // At once: it keeps what comes while the connection is made, and while an answer is waited for.
  const lines = typed[Symbol.asyncIterator]()
  return {
    [Symbol.asyncIterator]: () => ({
      next() {
        if (isTerminal) typed.prompt()
        return lines.next()
      },
    }),
  }
}

function answerLines({ text, done }: Answered): string {
  return [text, ...done.map((one) => `  (${one})`)].map(cleanText).join('\n')
}

function welcomeWords(meant: MeantHub, { device }: Record<string, unknown>): string {
  const hub = meant.kind === 'here' ? 'the hub of this machine' : `${meant.hub.name} (${authorityOf(meant.hub)})`
  const at = device === undefined ? '' : `, as if at ${cleanText(String(device))}`
  return `Talking to ${hub}${at}. Say “what time is it”, or exit.\n`
}
