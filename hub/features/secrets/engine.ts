import { asError, type ErrorCode, LaresError } from '../../../shared/errors.ts'
import type { Context } from '../../engine/context.ts'
import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { Resealing } from './resealing.ts'
import { neededKeys, sealedColumns } from './sealed-rows.ts'

declare module '../../engine/input.ts' {
  interface EffectKinds {
    /** No row needs these keys any more. It may be lost: it is said again every minute while they are there. */
    keys_unneeded: { keys: string[] }
  }
}

/** Between two looks at the keys: whoever put one back or took rights away need not restart the hub. */
const LOOK_MS = 60_000

type Problem = { code: ErrorCode; message: string }

/** What is sealed: that it can be opened, and that older keys come out of use. */
export function openSecrets({ db, keyring, log }: Pick<House, 'db' | 'keyring' | 'log'>): Feature {
  const columns = sealedColumns()
  const resealing = new Resealing({ db, keyring, columns, log: log.part('secrets') })
  let lookedAt = Number.NEGATIVE_INFINITY
  let told = 'null'

  function tell(context: Context, problem: Problem | null): void {
    const text = JSON.stringify(problem)
    if (text === told) return
    context.effect({ kind: 'problem', name: 'secrets', problem })
    context.committed(() => {
      told = text
    })
  }

  function look(context: Context): void {
    try {
      keyring.refresh()
    } catch (error) {
      tell(context, { code: error instanceof LaresError ? error.code : 'unsafe_key', message: asError(error).message })
      return
    }
    const needed = neededKeys(db, columns)
    const [, ...old] = keyring.ids
    tell(context, missing(needed, keyring.ids))
    const unneeded = old.filter((id) => !needed.has(id))
    if (unneeded.length > 0) context.effect({ kind: 'keys_unneeded', keys: unneeded })
    // What was passed may have been mended since.
    if (unneeded.length < old.length) resealing.again()
  }

  return {
    name: 'secrets',
    tick(context) {
      const { looked, sealed } = resealing.step()
      // When it has come to its end, the old key is not kept for another minute.
      if (sealed > 0) lookedAt = Number.NEGATIVE_INFINITY
      const mono = context.mono ?? 0
      if (looked > 0 || mono - lookedAt < LOOK_MS) return
      look(context)
      context.committed(() => {
        lookedAt = mono
      })
    },
    forget: () => resealing.again(),
  }
}

/** Keys that rows need and nobody finds. */
function missing(needed: ReadonlyMap<string, number>, there: readonly string[]): Problem | null {
  const gone = [...needed].filter(([id]) => !there.includes(id))
  if (gone.length === 0) return null
  const values = gone.reduce((sum, [, rows]) => sum + rows, 0)
  const what = values === 1 ? '1 sealed value needs' : `${values} sealed values need`
  return { code: 'sealed_unreadable', message: `${what} a key that is gone: ${gone.map(([id]) => id).join(', ')}` }
}
