import type { DeviceView, HouseView } from './house-view.ts'

const BOLD = '\u001b[1m'
const DIM = '\u001b[2m'
const GREEN = '\u001b[32m'
const YELLOW = '\u001b[33m'
const OFF = '\u001b[0m'
const NAME_WIDTH = 16

/** The live table. With colours only on a terminal. */
export function screen(view: HouseView, options: { colours: boolean; footer: string[] }): string {
  const paint = (code: string, text: string) => (options.colours ? `${code}${text}${OFF}` : text)
  const { received, applied, duplicate, rejected } = view.ledger
  const lines = [
    `${paint(BOLD, 'Lares')}  hub ${view.state}   on disk and acknowledged: ${applied} of ${received} messages   duplicates ${duplicate}   rejected ${rejected}`,
    '',
    paint(
      DIM,
      `${'device'.padEnd(NAME_WIDTH)}  ${'type'.padEnd(14)}  ${'status'.padEnd(8)}  ${'heartbeats'.padStart(10)}  ${'messages'.padStart(8)}  sessions`,
    ),
  ]
  for (const device of view.devices) {
    const status = device.status.padEnd(8)
    const shown = paint(device.status === 'online' ? GREEN : YELLOW, status)
    lines.push(
      `${device.name.padEnd(NAME_WIDTH)}  ${device.device_type.padEnd(14)}  ${shown}  ${String(device.heartbeats).padStart(10)}  ${String(device.stored).padStart(8)}  ${device.sessions}`,
    )
    for (const line of details(device)) lines.push(paint(DIM, `  ${line}`))
  }
  return [...lines, '', ...options.footer.map((line) => paint(DIM, line)), ''].join('\n')
}

function details(device: DeviceView): string[] {
  const lines = device.readings.map(({ sensor, value, unit }) =>
    `${sensor.padEnd(26)} ${round(value)} ${unit}`.trimEnd(),
  )
  for (const turn of device.turns.slice(-3)) {
    const sound =
      turn.duration_ms === null
        ? 'listening'
        : `${(turn.duration_ms / 1000).toFixed(1)} s of sound, ${turn.completeness}, ended by ${turn.end_reason}`
    lines.push(`turn                       ${sound}`)
  }
  return lines
}

function round(value: number | undefined): string {
  return value === undefined ? '-' : String(Math.round(value * 100) / 100)
}
