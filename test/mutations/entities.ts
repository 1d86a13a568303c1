import type { Mutation } from './mutation.ts'

const ENTITIES = 'test/hub/features/devices/entities.test.ts'
const OBSERVATIONS = 'test/hub/features/telemetry/observations.test.ts'
const ROWS_OF_OTHERS = 'test/hub/features/devices/rows-of-others.test.ts'

/** Devices of every kind, and what is known of their entities. */
export const ENTITIES_OF_DEVICES: readonly Mutation[] = [
  {
    without: 'a key that can stand on a topic',
    file: 'hub/features/devices/entity-keys.ts',
    text: "if (plain !== '' && plain.length <= KEY_LENGTH && SAYS_ALL.test(entityId) && !isTaken(plain)) return plain",
    becomes: 'if (!isTaken(entityId)) return entityId',
    test: { file: ENTITIES, name: 'has a key that can stand on a topic' },
  },
  {
    without: 'looking whether a key is taken',
    file: 'hub/features/devices/entity-keys.ts',
    text: ' && !isTaken(plain)',
    becomes: '',
    test: { file: ENTITIES, name: 'has a key of its own where its device has another one with it' },
  },
  {
    without: 'freeing an entity id that its source gave to another one',
    file: 'hub/features/devices/entities.ts',
    text: 'if (other && other !== present) this.#rename(context, other)',
    becomes: 'void other',
    test: { file: ENTITIES, name: 'is called by its newest name when two change theirs with each other' },
  },
  {
    without: 'taking away the state of an entity that moved',
    file: 'hub/features/devices/entities.ts',
    text: '    clearState(context, entity.device, entity.key)\n    this.#rows.change(entity, to',
    becomes: '    this.#rows.change(entity, to',
    test: { file: ENTITIES, name: 'moves to another device with its identity, and leaves no state behind' },
  },
  {
    without: 'a bound on the entities of a device',
    file: 'hub/features/devices/entities.ts',
    text: 'this.of(device).size >= ENTITIES_PER_DEVICE',
    becomes: 'this.of(device).size < 0',
    test: { file: ENTITIES, name: 'has at most so many, and the next one is refused alone' },
  },
  {
    without: 'keeping what a bridge knows of from a birth',
    file: 'hub/features/devices/entities.ts',
    text: 'filter(({ source }) => source === OWN_SOURCE)',
    becomes: 'filter(({ source }) => source !== null)',
    test: { file: ENTITIES, name: 'what a bridge knows of stays when a birth does not name it' },
  },
  {
    without: 'keeping an agent from the key of an entity of a bridge',
    file: 'hub/features/devices/entities.ts',
    text: 'if (present && present.source !== OWN_SOURCE)',
    becomes: "if (present?.source === '')",
    test: { file: ENTITIES, name: 'it keeps its key, and a sensor that is called so is refused alone' },
  },
  {
    without: 'giving a key to what another program wrote',
    file: 'hub/features/devices/engine.ts',
    text: '      entities.start(context)\n',
    becomes: '',
    test: { file: ROWS_OF_OTHERS, name: 'an entity with the key' },
  },
  {
    without: 'passing by a newest state that cannot be read',
    file: 'hub/features/telemetry/latest.ts',
    text: '  } catch {\n    return null\n',
    becomes: '  } catch (error) {\n    throw error\n',
    test: { file: ROWS_OF_OTHERS, name: 'opens, works, and shows the others' },
  },
  {
    without: 'looking whether the id of a device can stand on a topic',
    file: 'hub/features/devices/tell-device.ts',
    text: 'if (!row || !isLevel(device)) return\n  const alarms',
    becomes: 'if (!row) return\n  const alarms',
    test: { file: ROWS_OF_OTHERS, name: 'a device with the id' },
  },
  {
    without: 'leaving devices alone at start that do not log in here',
    file: 'hub/features/devices/presence.ts',
    text: 'if (row.logs_in === 1 && (',
    becomes: 'if (row.logs_in >= 0 && (',
    test: { file: ROWS_OF_OTHERS, name: 'leaves devices that do not log in here as their bridge last said' },
  },
  {
    without: 'telling the front of a device that is made',
    file: 'hub/features/devices/joining.ts',
    text: "  context.effect({ kind: 'device_house', device: id, house: device.house })\n",
    becomes: '',
    test: { file: ROWS_OF_OTHERS, name: 'is known to the front at once with its house and its status' },
  },
  {
    without: 'who may hear of a device that is made',
    file: 'hub/composition/broker-side.ts',
    text: 'void houses.set(device, house)',
    becomes: 'void [houses, device, house]',
    test: {
      file: 'test/end-to-end/people.test.ts',
      name: 'hears of a device that is made while they look, before it ever logs in',
    },
  },
  {
    without: 'forgetting the state of an entity where it was before',
    file: 'hub/features/telemetry/latest.ts',
    text: '    this.#slots.delete(entity)\n    this.#staged.delete(entity)\n',
    becomes: '    this.#slots.delete(entity)\n',
    test: { file: ENTITIES, name: 'moves between two states of one batch' },
  },
  {
    without: 'a bound on attributes',
    file: 'hub/features/telemetry/observations.ts',
    text: 'if (read.success) return { attributes: read.data }',
    becomes: 'if (read) return { attributes: attributes as never }',
    test: { file: OBSERVATIONS, name: 'that are too many are left out and named, and the state is shown' },
  },
  {
    without: 'refusing a number that is none',
    file: 'hub/features/telemetry/observations.ts',
    text: "if (typeof state === 'number' && !Number.isFinite(state))",
    becomes: "if (typeof state === 'number' && state === null)",
    test: { file: OBSERVATIONS, name: 'is refused alone when it is none' },
  },
  {
    without: 'looking whether a reading that is no newer was said before',
    file: 'hub/features/telemetry/observations.ts',
    text: '    if (mayRepeat && writer.has({ series, time, value })) return\n',
    becomes: '',
    test: { file: OBSERVATIONS, name: 'said again after a newer one, in its batch or later, is the same one' },
  },
  {
    without: 'looking among the readings that wait to be written too',
    file: 'hub/features/telemetry/reading-writer.ts',
    text: 'return this.#waiting.has(sameness(row)) || ',
    becomes: 'return ',
    test: { file: OBSERVATIONS, name: 'said again after a newer one, in its batch or later, is the same one' },
  },
  {
    without: 'comparing a state with the newest of all rather than of its batch',
    file: 'hub/features/telemetry/latest.ts',
    text: 'const known = this.of(value.entity)',
    becomes: 'const known = this.#staged.get(value.entity)?.state',
    test: { file: OBSERVATIONS, name: 'said again after a newer one, in its batch or later, is the same one' },
  },
  {
    without: 'looking whether an entity is still where its series is',
    file: 'hub/features/telemetry/series.ts',
    text: 'known?.device === device && known.sensor === sensor && ',
    becomes: 'known !== undefined && ',
    test: { file: OBSERVATIONS, name: 'belongs to the device that has the thing by now' },
  },
  {
    without: 'telling a change from what comes late',
    file: 'hub/features/telemetry/observations.ts',
    text: 'const isLate = before !== undefined && before.at > state.at',
    becomes: 'const isLate = before === null',
    test: { file: OBSERVATIONS, name: 'comes late without being a change of what is known by now' },
  },
]
