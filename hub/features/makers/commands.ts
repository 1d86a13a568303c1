import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { deviceName, text } from '../../../shared/messages/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { houseParam } from '../house/named-house.ts'
import { nameParam } from '../house/names.ts'
import { acceptMaker } from './accept-maker.ts'
import { listMakers, showMaker } from './list-makers.ts'
import { type MakerRow, MakerRows } from './maker-rows.ts'
import { makerNamed, makersAmong, sourceNamed } from './named-maker.ts'
import { listSources } from './source-commands.ts'

const makerParam = text(255).min(1).meta({ description: 'its name, or anything that identifies it' })
const sourceParam = text(100).min(1).optional().meta({ description: 'of one source: lares makers sources' })

/** Others want to be served meanwhile. */
const AT_ONCE = 500
/** Names that a preview tells. */
const NAMES_TOLD = 10

const acceptDevice = adminCommand({
  area: 'makers',
  verb: 'accept',
  needs: 'configure',
  summary: 'Let devices of other makers into the house: one, or all that wait',
  params: z
    .strictObject({
      maker: makerParam.optional(),
      house: houseParam.optional(),
      room: nameParam.optional().meta({ description: 'a room of the house, or none' }),
      name: deviceName.optional().meta({ description: 'what it is to be called here' }),
      all: z.boolean().default(false).meta({ description: 'all that wait' }),
      source: sourceParam,
    })
    .refine(({ maker, all }) => (maker !== undefined) !== all, 'names a device, or says --all')
    .refine(({ name, all }) => name === undefined || !all, 'gives a name to one device alone'),
  result: z.strictObject({
    says: z.string(),
    accepted: z.array(z.strictObject({ name: z.string(), device: z.string(), entities: z.int() })),
  }),
  examples: [
    { says: 'a lamp that a bridge announced', params: { maker: 'Lamp' } },
    { says: 'everything that waits', params: { all: true } },
  ],
  positional: ['maker'],
  changes: true,
  danger(context, params) {
    if (!params.all) return null
    const waiting = makersAmong(context, sourceNamed(context, params.source), 'waiting')
    if (waiting.length === 0) return null
    const names = waiting.slice(0, NAMES_TOLD).map(({ name, source }) => `${name} (${source})`)
    const more = Math.min(waiting.length, AT_ONCE) - names.length
    return (
      `${Math.min(waiting.length, AT_ONCE)} devices will be accepted: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}. ` +
      'Whoever belongs to the house will see them, and each is taken out again with lares devices revoke.'
    )
  },
  run(context, params) {
    const source = sourceNamed(context, params.source)
    const named = params.maker === undefined ? undefined : makerNamed(context, params.maker, source)
    if (named?.device_id != null) return { says: isAccepted(named), accepted: [] }
    if (named?.status === 'left')
      throw new LaresError('bad_params', `${named.source} no longer has ${named.name}`, {
        hint: 'It waits to be accepted once it is announced again.',
      })
    const waiting = named === undefined ? inOrder(makersAmong(context, source, 'waiting')) : [named]
    const rows = new MakerRows(context.db)
    const accepted = []
    for (const { id } of waiting.slice(0, AT_ONCE)) {
      // One that is heard of at two sources was accepted with the first.
      const row = rows.find(id)
      if (row === undefined || row.device_id !== null) continue
      const device = acceptMaker(context, { row, rows }, params)
      accepted.push({ name: params.name ?? row.name, device, entities: row.entities })
    }
    return { says: saidOf(accepted, Math.max(0, waiting.length - AT_ONCE)), accepted }
  },
})

const ignoreDevice = adminCommand({
  area: 'makers',
  verb: 'ignore',
  needs: 'configure',
  summary: 'Do not ask for a device of another maker any more, whatever it is called',
  params: z.strictObject({ maker: makerParam, source: sourceParam }),
  result: z.strictObject({ says: z.string(), name: z.string(), source: z.string(), identity: z.string() }),
  examples: [{ says: 'the lamp of a neighbour', params: { maker: 'Lamp' } }],
  positional: ['maker'],
  changes: true,
  run(context, params) {
    const { db, caller, now } = context
    const row = makerNamed(context, params.maker, sourceNamed(context, params.source))
    if (row.device_id !== null)
      throw new LaresError('bad_params', isAccepted(row), {
        hint: `Take it out first: lares devices revoke ${row.device_id}`,
      })
    const { name, source, identity } = row
    if (row.status === 'ignored') return { says: `${name} is ignored already.`, name, source, identity }
    const others = new MakerRows(db).others(row.id, row.identities)
    const same = others.filter(({ device_id, house }) => device_id === null && house === row.house)
    const ignore = db.prepare(
      "UPDATE maker_devices SET status = 'ignored', decided_by = ?, decided_at = ? WHERE id = ?",
    )
    for (const { id } of [row, ...same]) ignore.run(caller.principal, now, id)
    context.addEvent({
      ...{ type: 'maker_device_ignored', source: 'user' },
      ...(row.house === null ? {} : { house: row.house }),
      data: { name, source, identity, by: caller.principal },
    })
    return { says: `${name} is ignored. To have it after all: lares makers accept ${identity}`, name, source, identity }
  },
})

function isAccepted({ name, device_id, source, speaks }: MakerRow): string {
  return `${name} is accepted already: it is the device ${device_id}${speaks ? '' : `, which another source than ${source} tells of`}.`
}

/** What others are reached through comes before them. */
function inOrder(rows: readonly MakerRow[]): MakerRow[] {
  return [...rows].sort((a, b) => Number(a.via !== null) - Number(b.via !== null))
}

function saidOf(accepted: readonly { name: string; device: string }[], more: number): string {
  const [only] = accepted
  if (only === undefined) return 'Nothing waits to be accepted.'
  if (more > 0) return `${accepted.length} devices are accepted; ${more} more wait: say it again.`
  return accepted.length === 1
    ? `${only.name} is accepted as ${only.device}.`
    : `${accepted.length} devices are accepted.`
}

export const COMMANDS = [listMakers, showMaker, acceptDevice, ignoreDevice, listSources] as const
