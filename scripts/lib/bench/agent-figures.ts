import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, wait } from '../../../shared/clock.ts'
import { end, residentMb, withFolder } from './figures.ts'
import { startHub } from './hub-process.ts'
import { LocalAdmin } from './local-admin.ts'

const LARES = join(import.meta.dirname, '../../../lares')
const IDLE_MS = 15_000

/** Memory of an agent that joined a hub of its own and samples with its default settings; `null` when it cannot run. */
export function idleAgent(): Promise<number | null> {
  return withFolder(async (scratch) => {
    const hub = await startHub({ folder: join(scratch, 'hub') })
    const data = join(scratch, 'agent')
    mkdirSync(data, { mode: 0o700 })
    try {
      const joined = await ended(edge(['join', await invitation(hub.ports.socket), '--data', data]))
      if (joined !== null) {
        console.log(`  the agent could not join: ${joined}`)
        return null
      }
      const agent = edge(['run', '--data', data])
      const failed = ended(agent)
      const early = await Promise.race([failed, wait(systemClock, IDLE_MS).then(() => 'runs')])
      const memory = early === 'runs' ? residentMb(agent.pid ?? 0) : null
      if (memory === null) console.log(`  the agent ended: ${early}`)
      await end(agent)
      return memory
    } finally {
      await hub.stop()
    }
  })
}

function edge(words: string[]): ChildProcess {
  return spawn(LARES, ['edge', ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
}

async function invitation(socket: string): Promise<string> {
  const admin = await LocalAdmin.open(socket)
  try {
    const { token } = await admin.call<{ token: string }>('devices', 'invite', { name: 'bench' })
    return token
  } finally {
    admin.close()
  }
}

/** `null` when the child ended well, else the last it said. */
function ended(child: ChildProcess): Promise<string | null> {
  let said = ''
  const note = (chunk: Buffer) => {
    said = (said + String(chunk)).slice(-500)
  }
  child.stdout?.on('data', note)
  child.stderr?.on('data', note)
  return new Promise((resolve) => child.once('exit', (code) => resolve(code === 0 ? null : said.trim())))
}
