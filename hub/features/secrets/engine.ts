import { LaresError } from '../../../shared/errors.ts'
import type { Context } from '../../engine/context.ts'
import type { Feature } from '../../engine/feature.ts'
import type { ToldProblem } from '../../engine/health-problem.ts'
import type { House } from '../../engine/house.ts'
import { isNewerKey } from '../../secrets/key-id.ts'
import { goneKeys, unopenedValues } from './problems-told.ts'
import { Resealing } from './resealing.ts'
import { neededKeys, sealedColumns } from './sealed-rows.ts'
import { wantedKey, wantNoKey } from './wanted-key.ts'

declare module '../../engine/input.ts' {
  interface EffectKinds {
    /**
     * No row needs these keys any more. It may be lost: it is said again every minute while they are there, and once that there
     * are none any more, whoever removed them.
     */
    keys_unneeded: { keys: string[] }
  }
}

/** Between two looks at the keys: whoever put one back or took rights away need not restart the hub. */
const LOOK_MS = 60_000

/** What is sealed: that it can be opened, and that older keys come out of use. */
export function openSecrets({ db, keyring, log }: Pick<House, 'db' | 'keyring' | 'log'>): Feature {
  const columns = sealedColumns()
  const resealing = new Resealing({ db, keyring, columns, log: log.part('secrets') })
  let lookedAt = Number.NEGATIVE_INFINITY
  let told = 'null'
  let areUnneeded = false

  function tell(context: Context, found: ToldProblem | null): void {
    const problem = found && { code: found.code, message: found.message, hint: found.hint }
    const text = JSON.stringify(problem)
    if (text === told) return
    context.effect({ kind: 'problem', name: 'secrets', problem })
    context.committed(() => {
      told = text
    })
  }

  function tellUnneeded(context: Context, keys: string[]): void {
    if (keys.length === 0 && !areUnneeded) return
    context.effect({ kind: 'keys_unneeded', keys })
    context.committed(() => {
      areUnneeded = keys.length > 0
    })
  }

  function look(context: Context): void {
    try {
      keyring.refresh()
    } catch (error) {
      if (!(error instanceof LaresError)) throw error
      tell(context, error)
      return
    }
    const needed = neededKeys(db, columns)
    const [newest, ...old] = keyring.ids
    tell(context, goneKeys(needed, keyring.ids) ?? unopenedValues(resealing.unopened()))
    const wanted = wantedKey(db)
    if (wanted !== null && isNewerKey(wanted, newest)) context.effect({ kind: 'key_wanted', key: wanted })
    else if (wanted !== null) wantNoKey(context)
    const unneeded = old.filter((id) => !needed.has(id))
    tellUnneeded(context, unneeded)
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
      const waits = mono - lookedAt < LOOK_MS && wantedKey(db) === null
      if (looked > 0 || waits) return
      look(context)
      context.committed(() => {
        lookedAt = mono
      })
    },
    forget: () => resealing.again(),
  }
}
