import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { describeIssues } from '../../shared/codec.ts'
import { cutText } from '../../shared/cut-text.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Command } from '../../shared/messages/command.ts'
import type { ResultBody } from '../outbox/bodies.ts'
import type { Outbox, Written } from '../outbox/outbox.ts'
import type { HandledCommands } from './handled-commands.ts'

/** One thing the hub may ask for. It names what exists here; no parameter is a path, a program or an address. */
export interface CommandHandler<P = unknown> {
  name: string
  summary: string
  params: z.ZodType<P>
  /** How long it may wait when the command does not say. Default: a minute. */
  expiresMs?: number
  /**
   * Whether it makes something safe, so that it is run also where its id cannot be kept, and again where it comes again.
   * Default: it does not.
   */
  makesSafe?(params: P): boolean
  /** Whether it only looks: its answer is said now or never, and neither it nor the id is kept. Default: it is not. */
  isPassing?: boolean
  run(params: P, context: CommandContext): ResultBody['value'] | Promise<ResultBody['value']>
  /** Once its answer is on its way, or cannot be kept. */
  afterwards?(): void
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
  /** Throws a `ZodError` that names the wrong parameter. */
  readonly makesSafe: (params: unknown) => boolean
  readonly isPassing: boolean
  /** Checks the parameters and runs. Throws a `ZodError` that names the wrong one. */
  readonly run: (params: unknown, context: CommandContext) => Promise<ResultBody['value']>
  readonly afterwards: () => void
}

export function commandHandler<P>(handler: CommandHandler<P>): RegisteredCommand {
  const { name, summary, expiresMs = EXPIRES_MS, isPassing = false } = handler
  return {
    name,
    summary,
    expiresMs,
    isPassing,
    makesSafe: (params) => handler.makesSafe?.(handler.params.parse(params)) ?? false,
    run: async (params, context) => handler.run(handler.params.parse(params), context),
    afterwards: () => handler.afterwards?.(),
  }
}

export interface CommandRunnerOptions {
  clock: Clock
  log: Log
  outbox: Pick<Outbox, 'result'>
  handled: HandledCommands
  handlers: readonly RegisteredCommand[]
  /** Says an answer to the hub now or never, where the disk keeps none. */
  tell: (result: ResultBody) => void
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
      if (this.#handlers.get(command.name)?.isPassing) return await this.#say(command, deadline)
      const before = handled.find(command.id)
      if (before !== null) {
        this.#write(before)
        return
      }
      // A full disk keeps no ids: without that, a repeated command would run again.
      if (!handled.begin(command.id, command.name) && !this.#makesSafe(command)) return this.#refuseForDisk(command)
      if (clock.mono() >= deadline) return this.#answer(failed(command.id, 'expired', `${command.name} came too late`))
      const answer = await this.#run(command, deadline)
      this.#answer(answer)
      if (answer.ok) this.#handlers.get(command.name)?.afterwards()
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

  async #say(command: Command, deadline: number): Promise<void> {
    const { clock, tell } = this.#options
    if (clock.mono() < deadline) tell(await this.#run(command, deadline))
  }

  #makesSafe({ name, params }: Command): boolean {
    try {
      return this.#handlers.get(name)?.makesSafe(params) ?? false
    } catch {
      return false // what is wrong with it is no reason to run it
    }
  }

  #answer(result: ResultBody): void {
    if (this.#write(result) !== 'refused') return
    this.#write(failed(result.id, 'too_large', 'the answer is larger than a message may be'))
  }

  #write(result: ResultBody): Written {
    const { outbox, handled, tell } = this.#options
    const written = outbox.result(result, () => handled.finish(result))
    if (written === 'full') tell(result)
    return written
  }

  #refuseForDisk({ id, name }: Command): void {
    this.#options.log.error({ id, name }, 'a command was not run: its id cannot be kept on the disk')
    this.#answer(failed(id, 'disk_full', `${name} was not run: the disk of the device keeps nothing`))
  }
}

function failed(id: string, code: string, message: string): ResultBody {
  return { id, ok: false, error: { code, message: cutText(message, 500) } }
}
