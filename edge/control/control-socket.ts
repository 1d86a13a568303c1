import { rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { asError, type ErrorCode, LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'

/** The longest question or answer. */
const WORD_BYTES = 64 * 1024
const ANSWER_MS = 5_000

/** Where the agent that runs can be asked, in its runtime folder. */
export function controlSocket(folder: string): string {
  return join(folder, 'agent.sock')
}

const answerSchema = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), code: z.string(), message: z.string(), hint: z.string() }),
])

export interface ControlOptions {
  file: string
  clock: Clock
  log: Log
  /** Answers one question, a JSON value; throws `LaresError` for the one who asked. */
  answer: (question: unknown) => unknown
}

/**
 * Answers who asks on this machine: one line of JSON for one line of JSON. Only the agent's own user and root may open it,
 * so a question needs no further right. Where no socket can be made, the agent goes on without.
 */
export class ControlSocket implements Service {
  #options: ControlOptions
  #server: Server | null = null
  #open = new Set<Socket>()

  constructor(options: ControlOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { file, log } = this.#options
    const server = createServer((socket) => this.#serve(socket))
    try {
      // The data folder's lock is held: what is there was left by an agent that was killed.
      rmSync(file, { force: true })
      await listenAlone(server, file)
      this.#server = server
      // A machine that is out of descriptors fails to accept, and has a free one later.
      server.on('error', (error) => log.warn({ file, error: error.message }, 'a question was not taken'))
    } catch (error) {
      log.warn({ file, error: asError(error).message }, 'the running agent cannot be asked: its socket was not made')
    }
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = null
    if (server === null) return
    for (const socket of this.#open) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  #serve(socket: Socket): void {
    const cancel = this.#options.clock.after(ANSWER_MS, () => socket.destroy())
    this.#open.add(socket)
    let text = ''
    socket.setEncoding('utf8')
    socket.on('error', () => {})
    socket.on('close', () => {
      cancel()
      this.#open.delete(socket)
    })
    socket.on('data', (chunk: string) => {
      text += chunk
      if (text.length > WORD_BYTES) socket.destroy()
      else if (text.includes('\n')) socket.end(`${JSON.stringify(this.#answer(text))}\n`)
    })
  }

  #answer(text: string): z.infer<typeof answerSchema> {
    try {
      return { ok: true, value: this.#options.answer(JSON.parse(text) as unknown) }
    } catch (thrown) {
      const error = thrown instanceof LaresError ? thrown : new LaresError('bad_params', asError(thrown).message)
      return { ok: false, code: error.code, message: error.message, hint: error.hint }
    }
  }
}

/** The socket is its user's alone from the first moment: it is made within the call, before anybody could open it. */
function listenAlone(server: Server, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const before = process.umask(0o177)
    server.once('error', reject)
    server.listen(file, resolve)
    process.umask(before)
  })
}

/**
 * Asks the agent of the first of these folders in which one runs. Throws `unreachable` when none does, `no_permission`
 * when it belongs to another user, and what the agent throws.
 */
export async function askAgent(folders: readonly string[], question: unknown): Promise<unknown> {
  const answer = answerSchema.parse(JSON.parse(await exchangeWithFirst(folders.map(controlSocket), question)))
  if (answer.ok) return answer.value
  throw new LaresError(answer.code as ErrorCode, answer.message, { hint: answer.hint })
}

async function exchangeWithFirst([file = '', ...others]: readonly string[], question: unknown): Promise<string> {
  try {
    return await exchange(file, `${JSON.stringify(question)}\n`)
  } catch (error) {
    // What a killed agent left answers nobody.
    if (!isNobodyThere(error) || others.length === 0) throw error
    return await exchangeWithFirst(others, question).catch((other: unknown) => {
      // Where nobody is anywhere, the likeliest is named.
      throw isNobodyThere(other) ? error : other
    })
  }
}

function isNobodyThere(error: unknown): boolean {
  return error instanceof LaresError && isAway(error.cause)
}

function exchange(file: string, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(file)
    let text = ''
    socket.setEncoding('utf8')
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error(`it did not answer within ${ANSWER_MS / 1_000} s`)))
    socket.on('connect', () => socket.write(question))
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('error', (cause: NodeJS.ErrnoException) => reject(notAsked(file, cause)))
    socket.on('close', () => {
      if (text.endsWith('\n')) resolve(text)
      else reject(notAsked(file, new Error('it closed without an answer')))
    })
  })
}

function notAsked(file: string, cause: NodeJS.ErrnoException): LaresError {
  if (cause.code === 'EACCES' || cause.code === 'EPERM')
    return new LaresError('no_permission', `you may not ask the agent at ${file}`, {
      cause,
      hint: 'Only root and the user it runs as may: put sudo before it.',
    })
  return new LaresError(
    'unreachable',
    isAway(cause) ? `no agent runs at ${file}` : `the agent at ${file}: ${cause.message}`,
    {
      cause,
      hint: 'Start it (sudo systemctl start lares-edge, or lares edge run), or name its data folder with --data.',
    },
  )
}

function isAway(cause: unknown): boolean {
  return ['ENOENT', 'ECONNREFUSED', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? '')
}
