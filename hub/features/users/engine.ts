import { isDeviceId } from '../../../shared/ids.ts'
import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import type { Credentials } from '../../engine/principal.ts'
import { authenticate } from './authentication.ts'
import { openRefusedLogins } from './refused-logins.ts'
import { EndedTokens } from './tokens.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** Somebody connects. Answered by an `Admission`. */
    authenticate: { credentials: Credentials }
  }
}

/** People and programs that speak for them, and who may connect at all. */
export function openUsers(house: House): Feature {
  const ended = new EndedTokens(house.db)
  const refused = house.use(openRefusedLogins)
  const isDevice = house.db.prepare('SELECT 1 FROM devices WHERE id = ?')

  /** What somebody typed is told to nobody: it may be a password in the wrong place. */
  function deviceNamed(username: string | null): string {
    return username !== null && isDeviceId(username) && isDevice.get(username) !== undefined ? username : ''
  }

  return {
    name: 'users',
    vital: true,
    inputs: {
      authenticate(context, { credentials }) {
        const value = authenticate(context, credentials)
        // The wrong secret, and not what the hub itself could not look up.
        if ('refuse' in value && value.refuse === 4) refused.note(deviceNamed(credentials.username), context.now)
        return { verdict: 'stored', value }
      },
    },
    tick: (context) => ended.tick(context),
  }
}
