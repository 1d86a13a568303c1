import { parseArgs } from 'node:util'
import { explain } from '../../../shared/errors.ts'
import { idleAgent } from './agent-figures.ts'
import { bareBroker, generatorCeiling } from './broker-figures.ts'
import type { BenchOptions } from './figures.ts'
import { durableHub, idleHub, slowDiskHub } from './hub-figures.ts'
import { oneCommitPerMessage, rawInsert } from './store-figures.ts'

type Figures = Record<string, number | null>

interface Measurement {
  says: string
  run(options: BenchOptions): Promise<Figures>
}

const rounded = (value: number) => Math.round(value * 1_000) / 1_000

/** Each fills in its figures; those of a measurement that is left out stay `null`. */
const MEASUREMENTS: Record<string, Measurement> = {
  generator: {
    says: 'the load generator against a server that only acknowledges',
    async run(options) {
      const { messagesPerSecond } = await generatorCeiling(options)
      console.log(`  ${messagesPerSecond} messages/s is the most that the generator can send`)
      return {}
    },
  },
  bare: {
    says: 'Aedes alone: memory persistence, no hooks, nothing stored',
    run: async (options) => ({ bare_broker_msgs_per_s: (await bareBroker(options)).messagesPerSecond }),
  },
  durable: {
    says: 'the hub: access rights, validation, de-duplication, PUBACK after a FULL commit',
    async run(options) {
      const hub = await durableHub(options)
      return {
        durable_msgs_per_s: hub.messagesPerSecond,
        p50_ms: hub.p50Ms,
        p99_ms: hub.p99Ms,
        bytes_per_reading: hub.bytesPerReading,
        hub_rss_mb: hub.residentMb,
      }
    },
  },
  'one-commit': {
    says: "the hub's engine, committing every message alone",
    run: async (options) => ({ one_commit_per_message_msgs_per_s: await oneCommitPerMessage(options) }),
  },
  raw: {
    says: 'better-sqlite3 alone, the same rows in transactions of 10,000',
    run: async (options) => ({ raw_insert_rows_per_s: await rawInsert(options) }),
  },
  slow: {
    says: 'the hub on a disk whose fsync takes 10 ms longer',
    run: async (options) => ({ slow_disk_msgs_per_s: (await slowDiskHub(options)).messagesPerSecond }),
  },
  'idle-hub': {
    says: 'memory of a fresh hub, 10 s after its start',
    run: async () => ({ idle_hub_rss_mb: await idleHub() }),
  },
  'idle-agent': {
    says: 'memory of a joined agent with its default sensors, after 15 s',
    run: async () => ({ idle_agent_rss_mb: await idleAgent() }),
  },
}

const EMPTY: Figures = {
  bare_broker_msgs_per_s: null,
  durable_msgs_per_s: null,
  one_commit_per_message_msgs_per_s: null,
  raw_insert_rows_per_s: null,
  ratio_to_bare: null,
  slow_disk_msgs_per_s: null,
  p50_ms: null,
  p99_ms: null,
  bytes_per_reading: null,
  hub_rss_mb: null,
  idle_hub_rss_mb: null,
  idle_agent_rss_mb: null,
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '5' }, only: { type: 'string' } } })
  const seconds = Number(values.seconds)
  const chosen = values.only === undefined ? Object.keys(MEASUREMENTS) : values.only.split(',')
  const unknown = chosen.filter((name) => MEASUREMENTS[name] === undefined)
  if (unknown.length > 0 || !(seconds > 0))
    throw new Error(`--only knows ${Object.keys(MEASUREMENTS).join(', ')}; --seconds is a number above 0`)
  console.log('200-byte QoS 1 messages of two readings, 50 connections, 20 in flight each\n')
  const figures = { ...EMPTY }
  for (const name of chosen) {
    const measurement = MEASUREMENTS[name]
    if (!measurement) continue
    console.log(`${name}: ${measurement.says}`)
    const found = await measurement.run({ seconds })
    for (const [figure, value] of Object.entries(found)) console.log(`  ${figure} ${value ?? 'unknown'}`)
    Object.assign(figures, found)
  }
  const { durable_msgs_per_s: durable, bare_broker_msgs_per_s: bare } = figures
  if (durable && bare) figures.ratio_to_bare = rounded(durable / bare)
  console.log(`\n${JSON.stringify(figures)}`)
}

main().catch((error: unknown) => {
  process.stderr.write(`scripts/bench: ${explain(error)}\n`)
  process.exitCode = 1
})
