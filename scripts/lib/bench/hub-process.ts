import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inherited } from '../../../shared/environment.ts'
import { firstLine } from './child-line.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** As a person and systemd start it, with its memory settings. It becomes Node, so its process id stays. */
const LARES = [join(ROOT, 'lares')]
/** What `lares` gives Node, for a hub with a preloaded library: that must not get into the shell it begins as. */
const NODE = ['--max-semi-space-size=16', '--expose-gc', '--disable-warning=ExperimentalWarning']

export interface HubPorts {
  tls: number
  plain: number
  http: number
  https: number
  socket: string
}

export interface HubStart {
  folder: string
  /** Text of the configuration file; default: only errors are logged. */
  config?: string
  /** Where it answers over HTTP; default: on a free port. */
  http?: string
  env?: NodeJS.ProcessEnv
  /** Words before the program, such as one that takes rights away and then becomes it. */
  under?: string[]
  /** More of the hub's own arguments; they overrule those given here. */
  hubArguments?: string[]
  /** For Node itself, such as `--cpu-prof`. The engine's thread takes its own from NODE_OPTIONS only. */
  nodeArguments?: string[]
}

/** How a process ended: its exit code, or the signal that ended it. */
export type End = number | NodeJS.Signals

export interface HubProcess {
  pid: number
  folder: string
  ports: HubPorts
  /** Resolves when the process has ended, whatever way. */
  ended: Promise<End>
  /** What it wrote to standard error so far: its log. */
  log(): string
  /** Ends it in order. */
  stop(): Promise<End>
  /** Ends it at once, as `kill -9` does. */
  kill(): Promise<End>
  signal(name: NodeJS.Signals): void
}

/** Starts a real hub on loopback with free ports and waits until it listens. Rejects with its log when it ends before. */
export async function startHub(options: HubStart): Promise<HubProcess> {
  const config = `${options.folder}.toml`
  writeFileSync(config, options.config ?? 'log = "error"\n')
  const bare = options.env?.LD_PRELOAD !== undefined || options.nodeArguments !== undefined
  const lares = bare ? [process.execPath, ...NODE, ...(options.nodeArguments ?? []), join(ROOT, 'cli/main.ts')] : LARES
  const [program = '', ...first] = [...(options.under ?? []), ...lares]
  const listen = [
    '--tls',
    '127.0.0.1:0',
    '--plain',
    '127.0.0.1:0',
    '--http',
    options.http ?? '127.0.0.1:0',
    '--https',
    '127.0.0.1:0',
  ]
  const child = spawn(
    program,
    [
      ...first,
      'hub',
      '--data',
      options.folder,
      '--config',
      config,
      '--print-ready',
      ...listen,
      ...(options.hubArguments ?? []),
    ],
    { env: inherited(options.env), stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const ended = endOf(child)
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => {
    log += String(chunk)
  })
  const ports = await firstLine<HubPorts>(child)
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  return {
    pid: child.pid ?? 0,
    folder: options.folder,
    ports,
    ended,
    log: () => log,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    signal: (name) => void child.kill(name),
  }
}

function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal ?? 0)))
}
