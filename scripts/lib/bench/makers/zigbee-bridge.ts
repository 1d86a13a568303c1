import { connectAsync } from 'mqtt'
import { systemClock } from '../../../../shared/clock.ts'
import { APPEAR, BELOW, type BridgeOrder, RATE } from './bridge-topics.ts'
import { nameOf, SENT_AT, zigbeeList } from './zigbee-list.ts'

const STEP_MS = 5
/** Every device says another link quality once in so many messages. */
const LINK_TURNS = 10

/**
 * A Zigbee2MQTT in a process of its own, silent until it is told to appear. Its devices speak in turns, and each message names all
 * that is known of the device: of ten values two or three are others than before. What a device is told it says of itself.
 */
async function main({ url, devices, zero }: BridgeOrder): Promise<void> {
  const client = await connectAsync(url, { reconnectPeriod: 0, protocolVersion: 4 })
  const names = Array.from({ length: devices }, (_, device) => nameOf(device))
  const isOn = new Map<string, boolean>()
  let rate = 0
  let sent = 0
  let owed = 0
  let before = systemClock.mono()

  const stateOf = (name: string) => ({
    ...{ state: isOn.get(name) ? 'ON' : 'OFF', power: 40 + (sent % 977) / 10, voltage: 230, current: 0.17 },
    ...{ energy: 12.5, temperature: 21.5, humidity: 44, occupancy: false },
    linkquality: 100 + (Math.floor(sent / devices / LINK_TURNS) % 100),
    [SENT_AT]: Math.round((systemClock.mono() - zero) * 1_000) / 1_000,
  })
  const say = (name: string) => {
    client.publish(`${BELOW}/${name}`, JSON.stringify(stateOf(name)))
    sent += 1
  }
  async function appear(): Promise<void> {
    const kept = { retain: true, qos: 1 } as const
    await client.publishAsync(`${BELOW}/bridge/state`, '{"state":"online"}', kept)
    await client.publishAsync(`${BELOW}/bridge/devices`, JSON.stringify(zigbeeList(devices)), kept)
    for (const name of names) client.publish(`${BELOW}/${name}/availability`, '{"state":"online"}', kept)
  }
  function told(topic: string, payload: string): void {
    const name = topic.slice(BELOW.length + 1, topic.lastIndexOf('/'))
    const { state } = JSON.parse(payload) as { state?: string }
    if (topic.endsWith('/set')) isOn.set(name, state === 'ON')
    say(name)
  }

  client.on('message', (topic, payload) => {
    if (topic === APPEAR) void appear()
    else if (topic === RATE) rate = Number(String(payload))
    else told(topic, String(payload))
  })
  client.once('close', () => process.exit(0))
  const orders = names.flatMap((name) => [`${BELOW}/${name}/set`, `${BELOW}/${name}/get`])
  await client.subscribeAsync([APPEAR, RATE, ...orders], { qos: 1 })
  systemClock.every(STEP_MS, () => {
    const now = systemClock.mono()
    owed = Math.min(owed + ((now - before) / 1_000) * rate, rate)
    before = now
    for (; owed >= 1; owed -= 1) say(names[sent % devices] ?? '')
  })
  process.stdout.write('{}\n')
}

await main(JSON.parse(process.argv[2] ?? '{}') as BridgeOrder)
