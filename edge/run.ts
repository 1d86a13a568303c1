import { existsSync } from 'node:fs'
import type { Clock } from '../shared/clock.ts'
import { variable } from '../shared/environment.ts'
import { asError, LaresError } from '../shared/errors.ts'
import { giveBackMemorySoon } from '../shared/give-back-memory.ts'
import type { Log } from '../shared/log.ts'
import { Notify } from '../shared/notify.ts'
import { waitForStop } from '../shared/stop-signal.ts'
import { Agent } from './agent.ts'
import type { AgentOptions } from './agent-options.ts'
import { identityFile } from './link/device-identity.ts'
import type { AgentStatus } from './status/status-file.ts'

/** systemd sends SIGKILL later; whoever presses Ctrl-C does not wait so long. */
const STOP_MS = 4_500

export interface AgentRunOptions extends Omit<AgentOptions, 'onStatus' | 'onRestart'> {
  clock: Clock
  log: Log
}

/** Runs the agent until SIGTERM or SIGINT, or until the hub wants it to begin anew. Returns the exit code: 0 after a clean stop. */
export async function runAgent(options: AgentRunOptions): Promise<number> {
  const { clock, log, env, version } = options
  const stopping = waitForStop(log)
  const restart = Promise.withResolvers<'restart'>()
  const agent = new Agent({
    ...options,
    onStatus: (status) => notify.status(oneLine(status)),
    ...(isStartedAgain(env) ? { onRestart: () => restart.resolve('restart') } : {}),
  })
  const notify = new Notify({ clock, log, env, isHealthy: () => agent.isHealthy() })
  if (!existsSync(identityFile(options.dataFolder))) log.warn({}, howToJoin(options.dataFolder))
  const keepMemory = giveBackMemorySoon(clock)
  try {
    await agent.start()
    await notify.start()
    log.info({ version, data: options.dataFolder, pid: process.pid }, 'the agent runs')
    const signal = await Promise.race([stopping.signal, restart.promise])
    log.info({ signal }, 'the agent stops')
    await notify.stop()
    return await stopInTime(agent, options)
  } finally {
    keepMemory()
    stopping.release()
  }
}

/** systemd.exec(5): a service of systemd has an INVOCATION_ID. The unit says Restart=always. */
function isStartedAgain(env: NodeJS.ProcessEnv): boolean {
  return variable('INVOCATION_ID', env) !== undefined
}

/** What an agent without a hub waits for. It measures meanwhile, and sends all of it when it has joined. */
export function howToJoin(dataFolder: string): string {
  return (
    'this agent has joined no hub yet. On the hub: lares devices invite NAME. ' +
    `Then here, as this user: lares edge join TOKEN --data ${dataFolder}`
  )
}

/** One line for `systemctl status`. */
export function oneLine(status: AgentStatus): string {
  const rows = status.heartbeat?.outbox.rows ?? 0
  const link = status.link.state === 'online' ? `online at ${status.link.address}` : status.link.state
  const missing = status.missing.filter(({ part }) => part !== 'hub').map(({ part }) => part)
  const without = missing.length > 0 ? `, without ${[...new Set(missing)].join(', ')}` : ''
  return `${link}, ${status.sensors} sensors, ${rows} rows waiting${without}`
}

async function stopInTime(agent: Agent, { clock, log }: AgentRunOptions): Promise<number> {
  const late = Promise.withResolvers<never>()
  const cancel = clock.after(STOP_MS, () => late.reject(new LaresError('internal', 'the agent did not stop in time')))
  try {
    await Promise.race([agent.stop(), late.promise])
    return 0
  } catch (error) {
    // What was acknowledged to nobody is in the outbox: nothing is lost by ending now.
    log.error({ error: asError(error).message }, 'the agent did not stop cleanly')
    return 1
  } finally {
    cancel()
  }
}
