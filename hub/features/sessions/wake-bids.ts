import type { Wake } from '../../../shared/messages/wake.ts'
import type { Context } from '../../engine/context.ts'
import type { WakeBid } from '../../engine/wake-bid.ts'
import { isOnline } from '../devices/device-line.ts'
import { tellDevice } from './conversation.ts'
import { turnId } from './turns.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** One of several devices of a group that heard the same was chosen; the others stand down. */
    arbitrated: { winner: WakeBid; others: readonly WakeBid[] }
  }
  interface EffectKinds {
    /** Somebody spoke, and others of the group may have heard it. */
    wake_heard: { bid: WakeBid }
  }
}

/** Has it decided which device answers, where others of its group that can hear are there. A lone one waits for nobody. */
export function hearWake(context: Context, message: Wake, device: string): void {
  const group = groupOf(context, device)
  if (group === null) return
  const bid: WakeBid = {
    ...{ device, turn: message.turn, group, isChosen: message.trigger === 'button' || message.trigger === 'command' },
    ...{ snrDb: message.snr_db, peakDb: message.peak_db, score: message.score },
  }
  context.effect({ kind: 'wake_heard', bid })
}

/** The devices that heard it worse are told so, and it is kept with every turn who heard it how well. */
export function settleArbitration(
  context: Context,
  { winner, others }: { winner: WakeBid; others: readonly WakeBid[] },
): void {
  const heard = [winner, ...others].map(({ device, snrDb, peakDb, score }) => ({
    ...{ device, snr_db: snrDb, peak_db: peakDb, score },
  }))
  for (const bid of [winner, ...others]) {
    const kept = { arbitration: { won: bid === winner, heard } }
    context.db
      .prepare('UPDATE turns SET timings = json_patch(timings, ?), updated_at = ? WHERE id = ?')
      .run(JSON.stringify(kept), context.now, turnId(bid.device, bid.turn))
  }
  for (const bid of others) standDown(context, bid, winner)
}

function standDown(context: Context, { device, turn }: WakeBid, winner: WakeBid): void {
  const row = context.db
    .prepare(
      "SELECT s.id AS session, s.epoch, d.house_id AS house FROM turns t JOIN sessions s ON s.id = t.session_id JOIN devices d ON d.id = t.device_id WHERE t.id = ? AND t.phase = 'open'",
    )
    .get(turnId(device, turn)) as { session: string; epoch: number; house: string } | undefined
  // It ended by itself meanwhile.
  if (row === undefined) return
  const { session, epoch, house } = row
  tellDevice(context, device, { session, epoch, turn, step: 'stand_down', reason: `${winner.device} heard it better` })
  context.addEvent({ type: 'stood_down', device, house, session, data: { answers: winner.device } })
}

/** `null`: it is in none, or nobody else in it could have heard it. */
function groupOf({ db }: Context, device: string): string | null {
  const others = db
    .prepare(
      'SELECT o.group_id AS id, o.status FROM devices d JOIN devices o ON o.group_id = d.group_id AND o.id <> d.id AND o.house_id = d.house_id ' +
        "WHERE d.id = ? AND o.revoked_at IS NULL AND EXISTS (SELECT 1 FROM json_each(o.capabilities) WHERE value = 'audio_input')",
    )
    .all(device) as { id: string; status: string }[]
  return others.find(({ status }) => isOnline(status))?.id ?? null
}
