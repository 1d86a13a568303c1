import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import type { Credentials } from '../../engine/principal.ts'
import { authenticate } from './authentication.ts'
import { EndedTokens } from './tokens.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** Somebody connects. Answered by an `Admission`. */
    authenticate: { credentials: Credentials }
  }
}

/** People and programs that speak for them, and who may connect at all. */
export function openUsers({ db }: House): Feature {
  const ended = new EndedTokens(db)
  return {
    name: 'users',
    vital: true,
    inputs: {
      authenticate: (context, { credentials }) => ({ verdict: 'stored', value: authenticate(context, credentials) }),
    },
    tick: (context) => ended.tick(context),
  }
}
