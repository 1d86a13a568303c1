import type { ComponentChildren } from 'preact'
import { Ago } from '../../parts/ago.tsx'
import { Card } from '../../parts/card.tsx'
import { bytesWords, withUnit } from '../../words/numbers.ts'
import { spanWords } from '../../words/times.ts'
import { words } from '../../words/words.ts'
import { type Heartbeat, throttledNow } from './heartbeat.ts'

const MB = 1_000_000

/** How the machine of an agent is, from its last heartbeat, and when that was. What it does not know is not shown. */
export function DeviceHealth({ heartbeat, at }: { heartbeat: Heartbeat; at: number | null }) {
  const lines = linesOf(heartbeat).filter(([, value]) => value !== null)
  if (lines.length === 0) return null
  const wrong = throttledNow(heartbeat)
  return (
    <Card
      title={words.value.device.health.title}
      side={
        at !== null && (
          <span class="small">
            <Ago time={at} />
          </span>
        )
      }
    >
      {wrong.length > 0 && (
        <p class="alarm">{wrong.map((name) => words.value.device.health.throttled[name] ?? name).join(' ')}</p>
      )}
      <dl class="figures">
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

function linesOf(heartbeat: Heartbeat): [string, ComponentChildren][] {
  const says = words.value.device.health
  const { cpu, memory, disk, network, outbox, audio, gpio, uptime_s } = heartbeat
  return [
    [
      says.processor,
      joined(
        known(cpu?.percent, (value) => withUnit(value, '%')),
        known(cpu?.temperature_c, (value) => withUnit(value, '°C')),
      ),
    ],
    [
      says.memory,
      known(memory?.used_mb, (used) => says.of(bytesWords(used * MB), bytesWords((memory?.total_mb ?? 0) * MB))),
    ],
    [
      says.disk,
      known(disk?.free_mb, (free) => (disk?.read_only === true ? says.readOnly : says.free(bytesWords(free * MB)))),
    ],
    [
      says.network,
      joined(
        network?.interface ?? null,
        known(network?.rssi_dbm, (value) => withUnit(value, 'dBm')),
        network?.address ?? null,
      ),
    ],
    [says.outbox, outbox === undefined ? null : outboxWords(outbox)],
    [
      says.microphone,
      audio?.state == null || audio.state === 'none'
        ? null
        : joined(audio.state, audio.device ?? null, audio.reason ?? null),
    ],
    [says.pins, gpio?.backend == null ? null : joined(gpio.backend, gpio.reason ?? null)],
    [says.runs, known(uptime_s, (value) => spanWords(value * 1_000))],
  ]
}

function outboxWords({ rows, oldest_s, dropped, parked, full }: NonNullable<Heartbeat['outbox']>): string | null {
  const says = words.value.device.health
  if (full === true) return says.outboxFull
  const waits =
    rows == null ? null : rows === 0 ? says.outboxEmpty : says.outboxWaits(rows, spanWords((oldest_s ?? 0) * 1_000))
  const lost = (dropped ?? 0) > 0 ? says.dropped(dropped ?? 0) : null
  const aside = (parked ?? 0) > 0 ? says.parked(parked ?? 0) : null
  return joined(waits, lost, aside)
}

function known<T>(value: T | null | undefined, say: (value: T) => string): string | null {
  return value === null || value === undefined ? null : say(value)
}

function joined(...parts: (string | null)[]): string | null {
  const there = parts.filter((part) => part !== null)
  return there.length === 0 ? null : there.join(', ')
}
