import type { Context } from '../../engine/context.ts'
import type { Feature, InputAnswer } from '../../engine/feature.ts'
import type { FollowerFigures, FollowerStep, FoundFollower } from '../../engine/follower-step.ts'
import type { House } from '../../engine/house.ts'
import { newestKey, newestKeys } from '../../store/append-keys.ts'
import { firstAfter, rowsFrom } from './followed-table.ts'
import { followedOf, followerRows, waitedFor } from './follower-row.ts'
import { tellGrown } from './gaps.ts'
import { tellTroubles } from './getting-on.ts'
import { resume } from './resume.ts'
import { unknownHold } from './settings.ts'
import { FollowerSteps } from './steps.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** What runs followers beside the broker asks, or says. */
    follower: { change: FollowerStep }
  }
  interface EffectKinds {
    /** The newest key of tables that got rows. It may be lost: whoever follows also looks by itself, only later. */
    rows_stored: { newest: Readonly<Record<string, number>> }
    follower_figures: { figures: FollowerFigures[] }
    /** A person moved a position, or took one away: it is asked for again. */
    followers_changed: object
  }
}

/** Between two looks for gaps that have grown. */
const TELL_MS = 60_000

/** Who follows append tables, and how far. */
export function openFollowers({ db, followers, settings }: Pick<House, 'db' | 'followers' | 'settings'>): Feature {
  const steps = new FollowerSteps(db, followers)
  const newestOf = newestKeys(db)
  let newest = new Map<string, number>()
  let toldAt = Number.NEGATIVE_INFINITY
  let told = ''

  function step(context: Context, change: FollowerStep): InputAnswer {
    if (change.step === 'found') return { verdict: 'stored', value: found() }
    return steps.take(context, change)
  }

  function found(): FoundFollower[] {
    return followerRows(db).flatMap((row) => {
      const follower = followers.get(row.name)
      if (row.is_wanted === 0 || !follower) return []
      const { name, kind, table, rows } = follower
      const last = newestKey(db, table)
      const outside = follower.kind === 'outside' ? follower : null
      return {
        ...{ name, kind, table, rows, position: row.position ?? last, newest: last },
        backoff: outside?.backoff ?? INSIDE_BACKOFF,
        gatherMs: outside?.gatherMs ?? 0,
        deadlineMs: outside?.deadlineMs ?? 0,
        ring: follower.kind === 'fleeting' ? follower.ring : 0,
      }
    })
  }

  function tellFigures(context: Context): void {
    const figures = waitedFor(db).map((row): FollowerFigures => {
      const first = firstAfter(db, followedOf(row), row.position)
      const lagRows = first === null ? 0 : rowsFrom(db, followedOf(row), first.id)
      return { name: row.name, lagRows, waitingSince: first?.at ?? null, lostRows: row.lost_rows }
    })
    const text = JSON.stringify(figures)
    if (text === told) return
    context.effect({ kind: 'follower_figures', figures })
    context.committed(() => {
      told = text
    })
  }

  return {
    name: 'followers',
    inputs: { follower: (context, { change }) => step(context, change) },
    start(context) {
      resume(context, { followers, settings })
      newest = new Map(followerRows(db).flatMap((row) => (row.is_wanted ? [[row.table_name, 0]] : [])))
      tellTroubles(context)
      // A slip here keeps nobody out: the hub works, and says it.
      const slip = unknownHold(followers, settings)
      if (slip)
        context.effect({ kind: 'problem', name: 'followers.hold', problem: { code: 'bad_config', message: slip } })
    },
    afterCommit(context) {
      const grown = [...newest].flatMap(([table, before]) => {
        const now = newestOf(table)
        return now === before ? [] : [[table, now] as const]
      })
      if (grown.length === 0) return
      for (const [table, now] of grown) newest.set(table, now)
      context.effect({ kind: 'rows_stored', newest: Object.fromEntries(grown) })
    },
    tick(context) {
      if (followers.size > 0) tellFigures(context)
      const mono = context.mono ?? 0
      if (mono - toldAt < TELL_MS) return
      tellGrown(context)
      context.committed(() => {
        toldAt = mono
      })
    },
  }
}

/** Between two tries of an inside follower that fails. */
const INSIDE_BACKOFF = { firstMs: 1_000, capMs: 60_000 }
