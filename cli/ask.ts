import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { DescribedCommand } from '../shared/admin/described-command.ts'
import { explain, LaresError } from '../shared/errors.ts'
import { readHubPorts } from '../shared/hub-ports.ts'
import { connectLocally } from './admin-client.ts'
import { findCommand, knownCommands } from './commands.ts'
import { commandHelp, help } from './help.ts'
import { type Call, hubOptions, parseCall } from './parse-call.ts'
import { render } from './render.ts'

/** `lares <area> <verb> …`: asks the hub over its local socket and shows the answer. Returns the exit code. */
export async function ask(argv: string[]): Promise<number> {
  try {
    const known = knownCommands()
    if (argv[0] === 'help' && argv[1] === undefined) {
      process.stdout.write(help(known))
      return 0
    }
    const words = argv[0] === 'help' ? [...argv.slice(1, 3), '--help'] : argv
    const { call, command } = await understand(known, words)
    if (call.help) {
      process.stdout.write(commandHelp(command))
      return 0
    }
    await answer(call, command)
    return 0
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    return 1
  }
}

async function answer(call: Call, command: DescribedCommand): Promise<void> {
  const { params } = call
  if (command.secret_params.includes('password') && params.password === undefined) params.password = await askPassword()
  const { socket, base } = whichHub(call)
  const client = await connectLocally(socket, base)
  try {
    const data = await client.request(call.area, call.verb, params, { confirm: call.yes })
    process.stdout.write(call.json ? `${JSON.stringify(data)}\n` : render(data))
  } finally {
    await client.close()
  }
}

/** The call as this program understands it; a newer hub that runs here may know verbs and options that it does not. */
async function understand(
  known: readonly DescribedCommand[],
  words: string[],
): Promise<{ call: Call; command: DescribedCommand }> {
  const parse = (commands: readonly DescribedCommand[]) => {
    const call = parseCall(commands, words)
    const command = findCommand(commands, call.area, call.verb)
    if (!command) throw new LaresError('unknown_command', `there is no command ${call.area} ${call.verb}`)
    return { call, command }
  }
  try {
    return parse(known)
  } catch (error) {
    const told = await toldByHub(words)
    if (told === null) throw error
    return parse(told)
  }
}

/** What the running hub says of its verbs, or `null` where none runs or it cannot say. */
async function toldByHub(words: string[]): Promise<DescribedCommand[] | null> {
  const { socket, base } = whichHub(hubOptions(words))
  if (!existsSync(socket)) return null
  try {
    const client = await connectLocally(socket, base)
    try {
      return ((await client.request('admin', 'describe', {})) as { commands: DescribedCommand[] }).commands
    } finally {
      await client.close()
    }
  } catch {
    // What this program could not understand is then said by this program.
    return null
  }
}

/** The hub of the data folder says where its socket is and how its topics begin; options go before that. */
function whichHub(call: Pick<Call, 'data' | 'socket' | 'base'>): { socket: string; base?: string } {
  const folder = resolve(call.data ?? process.env.LARES_DATA ?? 'lares-data')
  const hub = readHubPorts(folder)
  const socket = resolve(call.socket ?? hub?.socket ?? join(folder, 'hub.sock'))
  const base = call.base ?? (hub?.socket === socket ? hub.base : undefined)
  return { socket, ...(base === undefined ? {} : { base }) }
}

/** Twice, without showing it. From a pipe it is one line. */
async function askPassword(): Promise<string> {
  const quiet = new Writable({ write: (_chunk, _encoding, done) => done() })
  const { isTTY } = process.stdin
  const terminal = createInterface({
    input: process.stdin,
    output: isTTY ? quiet : undefined,
    terminal: isTTY === true,
  })
  try {
    if (!isTTY) {
      for await (const line of terminal) return line
      throw new LaresError('bad_params', 'no password came on standard input')
    }
    process.stderr.write('Password (at least ten characters): ')
    const first = await terminal.question('')
    process.stderr.write('\nThe same again: ')
    const second = await terminal.question('')
    process.stderr.write('\n')
    if (first !== second) throw new LaresError('bad_params', 'the two passwords differ')
    return first
  } finally {
    terminal.close()
  }
}
