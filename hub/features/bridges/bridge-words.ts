import type { BridgeKindName } from './bridge-kinds.ts'

export interface BridgeAccess {
  /** What it is called. */
  bridge: string
  kind: BridgeKindName
  /** `host:port` without TLS. */
  server: string
  user: string
  password: string
  prefix: string
  beside: readonly string[]
}

/** What to write where the bridge is set up, a line each, as its own project documents it. */
export function whatToWrite(access: BridgeAccess): string[] {
  const { bridge, kind, server, user, password, prefix, beside } = access
  const host = server.slice(0, server.lastIndexOf(':'))
  const port = server.slice(server.lastIndexOf(':') + 1)
  switch (kind) {
    case 'zigbee2mqtt':
      // https://www.zigbee2mqtt.io/guide/configuration/mqtt.html
      return [
        '# in configuration.yaml of Zigbee2MQTT, and restart it',
        'mqtt:',
        `  base_topic: ${prefix}`,
        `  server: mqtt://${server}`,
        `  user: ${user}`,
        `  password: ${password}`,
      ]
    case 'tasmota':
      // https://tasmota.github.io/docs/Commands/#mqtt
      return [
        '# in the console of each Tasmota, in one line',
        `Backlog MqttHost ${host}; MqttPort ${port}; MqttUser ${user}; MqttPassword ${password}; SetOption19 0`,
      ]
    case 'esphome':
      // https://esphome.io/components/mqtt
      return [
        '# in the file of each ESPHome node, without api:, and upload it',
        'mqtt:',
        `  broker: ${host}`,
        `  port: ${port}`,
        `  username: ${user}`,
        `  password: ${password}`,
        `  discovery_prefix: ${prefix}`,
        `  topic_prefix: ${beside[0] ?? prefix}/NAME-OF-THE-NODE`,
      ]
    case 'homeassistant':
      return [
        `# broker ${host}, port ${port}, without TLS`,
        `# user ${user}`,
        `# password ${password}`,
        `# discovery prefix ${prefix}`,
        `# its other topics below ${beside.length > 0 ? beside.join(', ') : `${prefix}, or name others: lares bridges update ${bridge} TOPICS`}`,
      ]
  }
}
