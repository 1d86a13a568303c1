import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { describeIssues } from '../../shared/codec.ts'
import { cutText } from '../../shared/cut-text.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Command } from '../../shared/messages/command.ts'
import type { ResultBody } from '../outbox/bodies.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { HandledCommands } from './handled-commands.ts'

/** One thing the hub may ask for. It names what exists here; no parameter is a path, a program or an address. */
export interface CommandHandler<P = unknown> {
  name: string
  summary: string
  params: z.ZodType<P>
  /** How long it may wait when the command does not say. Default: a minute. */
  expiresMs?: number
  run(params: P, context: CommandContext): ResultBody['value'] | Promise<ResultBody['value']>
}

export interface CommandContext {
  /** On the monotonic clock. Whoever waits for something of its own looks at it again before it acts. */
  deadline: number
}

const EXPIRES_MS = 60_000

export interface RegisteredCommand {
  readonly name: string
  readonly summary: string
  readonly expiresMs: number
  /** Checks the parameters and runs. Throws a `ZodError` that names the wrong one. */
  readonly run: (params: unknown, context: CommandContext) => Promise<ResultBody['value']>
}

export function commandHandler<P>(handler: CommandHandler<P>): RegisteredCommand {
  const { name, summary, expiresMs = EXPIRES_MS } = handler
  return {
    name,
    summary,
    expiresMs,
    run: async (params, context) => handler.run(handler.params.parse(params), context),
  }
}

export interface CommandRunnerOptions {
  clock: Clock
  log: Log
  outbox: Pick<Outbox, 'result'>
  handled: HandledCommands
  handlers: readonly RegisteredCommand[]
}

/** One command after the other. A repeated one gets the answer it had; an unknown or late one an error. */
export class CommandRunner {
  #options: CommandRunnerOptions
  #handlers: ReadonlyMap<string, RegisteredCommand>
  #last: Promise<void> = Promise.resolve()
  #waiting = new Set<string>()

  constructor(options: CommandRunnerOptions) {
    this.#options = options
    this.#handlers = new Map(options.handlers.map((handler) => [handler.name, handler]))
  }

  /** Answers for the commands that a crash or a power cut interrupted. */
  start(): void {
    for (const { id, name } of this.#options.handled.interrupted())
      this.#answer(failed(id, 'internal', `the agent stopped while it ran ${name}`))
  }

  /** Takes a command from the hub. Its time counts from now. Never throws; the answer goes through the outbox. */
  take(command: Command): void {
    const expiresMs = command.expires_in_ms ?? this.#handlers.get(command.name)?.expiresMs ?? EXPIRES_MS
    const deadline = this.#options.clock.mono() + expiresMs
    if (this.#waiting.has(command.id)) return
    this.#waiting.add(command.id)
    this.#last = this.#last.then(() => this.#handle(command, deadline)).finally(() => this.#waiting.delete(command.id))
  }

  /** Resolves when everything taken so far has been answered. */
  settled(): Promise<void> {
    return this.#last
  }

  async #handle(command: Command, deadline: number): Promise<void> {
    const { clock, log, handled } = this.#options
    try {
      const before = handled.find(command.id)
      if (before !== null) {
        this.#options.outbox.result(before)
        return
      }
      // A full disk keeps no ids: without that, a repeated command would run again.
      if (!handled.begin(command.id, command.name)) return this.#refuseForDisk(command)
      if (clock.mono() > deadline) this.#answer(failed(command.id, 'expired', `${command.name} came too late`))
      else this.#answer(await this.#run(command, deadline))
    } catch (error) {
      log.error({ id: command.id, name: command.name, error: asError(error).message }, 'a command was not answered')
    }
  }

  async #run({ id, name, params }: Command, deadline: number): Promise<ResultBody> {
    const handler = this.#handlers.get(name)
    if (!handler) {
      const known = [...this.#handlers.keys()].join(', ')
      return failed(id, 'unknown_command', `this device knows no command ${name}; it knows ${known}`)
    }
    try {
      const value = await handler.run(params, { deadline })
      return value === undefined ? { id, ok: true } : { id, ok: true, value }
    } catch (error) {
      if (error instanceof z.ZodError) return failed(id, 'bad_params', describeIssues(error))
      return failed(id, error instanceof LaresError ? error.code : 'internal', asError(error).message)
    }
  }

  #answer(result: ResultBody): void {
    const { outbox, handled } = this.#options
    const written = outbox.result(result, () => handled.finish(result))
    if (written !== 'refused') return
    const smaller = failed(result.id, 'too_large', 'the answer is larger than a message may be')
    outbox.result(smaller, () => handled.finish(smaller))
  }

  #refuseForDisk(command: Command): void {
    const { id, name } = command
    this.#options.log.error({ id, name }, 'a command was not run: its id cannot be kept on the disk')
  }
}

function failed(id: string, code: string, message: string): ResultBody {
  return { id, ok: false, error: { code, message: cutText(message, 500) } }
}
