import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { findCommand } from '../hub/features/commands.ts'
import { explain, LaresError } from '../shared/errors.ts'
import { readHubPorts } from '../shared/hub-ports.ts'
import { connectLocally } from './admin-client.ts'
import { commandHelp, help } from './help.ts'
import { type Call, parseCall } from './parse-call.ts'
import { render } from './render.ts'

/** `lares <area> <verb> …`: asks the hub over its local socket and shows the answer. Returns the exit code. */
export async function ask(argv: string[]): Promise<number> {
  try {
    if (argv[0] === 'help') {
      process.stdout.write(argv[1] === undefined ? help() : commandHelp(argv[1], argv[2] ?? ''))
      return 0
    }
    const call = parseCall(argv)
    const command = findCommand(call.area, call.verb)
    if (!command) throw new LaresError('unknown_command', `there is no command ${call.area} ${call.verb}`)
    if (call.help) {
      process.stdout.write(commandHelp(call.area, call.verb))
      return 0
    }
    const { params } = call
    if (command.secretParams?.includes('password') && params.password === undefined)
      params.password = await askPassword()
    const { socket, base } = whichHub(call)
    const client = await connectLocally(socket, base)
    try {
      const data = await client.request(call.area, call.verb, params)
      process.stdout.write(call.json ? `${JSON.stringify(data)}\n` : render(data))
    } finally {
      await client.close()
    }
    return 0
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    return 1
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
