import { connectAsync, type MqttClient } from 'mqtt'
import type { AdminClient } from '../../../cli/admin-client.ts'
import { crockford } from '../../../shared/ids.ts'
import { LAMP } from './zigbee-list.ts'

/** What the button is called in the agent's settings. */
export const BUTTON = 'lamp'

interface Program {
  program: string
  token: string
}

/**
 * A program of its own, as a person would write one: it hears that a button of an agent was pressed, and asks the hub to switch a lamp of
 * another maker. It may do that and no more; the audit names it.
 */
export async function startLampButton(
  admin: AdminClient,
  { url, device }: { url: string; device: string },
): Promise<MqttClient> {
  const { program, token } = (await admin.request('programs', 'create', {
    name: 'lamp-button',
    rights: 'events:read,entities:control',
  })) as Program
  const clientId = `${program}.button`
  const client = await connectAsync(url, { username: program, password: token, clientId, protocolVersion: 4 })
  client.on('error', () => {})
  client.on('message', (_topic, payload) => {
    const { type, data } = JSON.parse(String(payload)) as { type: string; data: { button?: string } }
    if (type !== 'button_pressed' || data.button !== BUTTON) return
    const request = { id: crockford(16), params: { entity: LAMP, what: 'toggle' }, expires_in_ms: 10_000 }
    client.publish('lares/admin/request/entities/set', JSON.stringify(request), { qos: 1 })
  })
  await client.subscribeAsync(`lares/${device}/event`, { qos: 1 })
  return client
}
