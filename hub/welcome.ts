import { splitAddress } from '../shared/address.ts'

interface Running {
  folder: string
  listen: { tls: string; https: string }
  ports: { tls: number; plain: number; http: number; https: number }
  /** How many there were when it started. */
  devices: number
  /** A link by which the account of an owner is made; `null`: there is one. */
  setup: string | null
}

/** What whoever started a hub by hand does next. */
export function welcome({ folder, listen, ports, devices, setup }: Running): string {
  const data = `--data ${folder}`
  const next =
    devices === 0
      ? `Invite the first device, in another terminal: lares devices invite "Kitchen Pi" ${data}`
      : `See the devices, in another terminal: lares devices list ${data}`
  const { host } = splitAddress(listen.tls)
  const reach = isHere(host) ? 'this machine alone' : 'the house'
  const page = splitAddress(listen.https).host
  return (
    `${next}\n` +
    (setup === null ? '' : `Make the owner's account, within an hour, with a browser: ${setup}\n`) +
    `The page: https://${isHere(page) ? 'localhost' : 'lares.local'}:${ports.https}/, for ${isHere(page) ? 'this machine alone' : 'the house'}.\n` +
    `The hub listens to ${reach} (TLS ${host}:${ports.tls}); MQTT ${ports.plain} and health ${ports.http} on loopback. Ctrl-C stops it.\n`
  )
}

function isHere(host: string): boolean {
  return /^(?:127\.|localhost$|::1$)/.test(host)
}
