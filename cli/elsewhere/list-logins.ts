import { X509Certificate } from 'node:crypto'
import { systemClock } from '../../shared/clock.ts'
import { EXIT } from '../../shared/exit-code.ts'
import { ownScreen, render } from '../../shared/terminal/render.ts'
import type { Call } from '../parse-call.ts'
import { isHubHere } from '../which-hub.ts'
import { authorityOf } from './hub-place.ts'
import { type KeptHub, keptNamed, readKeptHubs, writeKeptHubs } from './kept-hubs.ts'

/** `lares logins`: where this person is logged in; `--default` says which is asked where none is named. Returns the exit code. */
export function listLogins({ command, params, json }: Call): number {
  const kept = readKeptHubs()
  const wanted = params.default === undefined ? null : keptNamed(kept, String(params.default))
  if (wanted) {
    kept.usual = wanted.name
    writeKeptHubs(kept)
  }
  const logins = kept.hubs.map((hub) => lineOf(hub, hub.name === kept.usual))
  if (json) process.stdout.write(`${JSON.stringify({ logins })}\n`)
  else if (logins.length === 0) process.stdout.write('You are logged in nowhere: lares login HUB\n')
  else {
    process.stdout.write(render({ logins }, command.result, ownScreen(systemClock.now())))
    if (isHubHere()) process.stdout.write('There is a hub on this machine: it is asked where no --hub is named.\n')
  }
  return EXIT.ok
}

function lineOf(hub: KeptHub, isDefault: boolean) {
  const { name, trust, login, since } = hub
  return {
    name,
    hub: authorityOf(hub),
    user: login.kind === 'session' ? login.email : login.user,
    is_default: isDefault,
    since,
    by: login.kind === 'session' ? 'password' : 'token',
    trusts: trust.kind === 'system' ? 'what this machine trusts' : new X509Certificate(trust.pem).fingerprint256,
  }
}
