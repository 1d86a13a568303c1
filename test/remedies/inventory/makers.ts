import type { Inventory } from './entry.ts'

const ORDERED = {
  because:
    'a person reads it in the answer to an order: test/hub/dialects/homeassistant/ordering.test.ts gives wrong and right ones',
}
const OF_ZIGBEE = {
  because: 'a person reads it in the answer to an order: test/hub/dialects/zigbee2mqtt gives wrong and right ones',
}

const ADDED = { because: 'test/hub/features/bridges/adding.test.ts takes wrong and right words' }
const OF_TASMOTA = {
  because: 'a person reads it in the answer to an order: test/hub/dialects/tasmota gives wrong and right ones',
}

/** The remedies of what reads devices of other makers. */
export const MAKERS: Inventory = {
  'hub/dialects/homeassistant/': {
    'Write a text of that length.': ORDERED,
    'There are: ….': ORDERED,
    'Write a number from … to ….': ORDERED,
    'It can only be read.': ORDERED,
    'It takes: ….': ORDERED,
    'Have the device announced in several messages, each entity in': {
      because: 'whoever makes the device does it; test/hub/dialects/homeassistant/announcing.test.ts reads both',
    },
  },
  'hub/dialects/zigbee2mqtt/': {
    'It takes ….': OF_ZIGBEE,
    'Choose a number in it.': OF_ZIGBEE,
    'It has ….': OF_ZIGBEE,
  },
  'hub/dialects/tasmota/': {
    'It takes ….': OF_TASMOTA,
    'Choose a number in it.': OF_TASMOTA,
    'It has ….': OF_TASMOTA,
  },
  'hub/makers/': {
    'If they are its own, say so: lares bridges update.': {
      because: 'test/hub/makers/own-topics.test.ts tells a bridge on topics that it was given, and on others',
    },
    'Look whether the program that speaks for it runs.': {
      because:
        'the program is somebody else’s; test/hub/makers/makers-thread.test.ts orders before and after it announced',
    },
  },
  'hub/features/homeassistant/': {
    'See lares homeassistant list.': {
      because: 'test/hub/features/homeassistant/link-ledger.test.ts forgets what is there, and what is not',
    },
  },
  'hub/features/bridges/': {
    'For a new password of it: lares bridges password ….': ADDED,
    'Let programs of one kind and house share a login, or remove': ADDED,
    'Give its devices topics with a common first part, and name': ADDED,
    'Name another with --prefix, and give the program the same one.': ADDED,
    'Name each once, the shortest only.': ADDED,
    'Let it log in as that one, or name others for both of them:': ADDED,
    'See lares bridges list.': ADDED,
    'Did you mean …? See lares bridges list.': ADDED,
  },
  'hub/front/house-hooks.ts': {
    'it is the bridge … that publishes there: its devices are told': {
      because: 'it stands in the log of the hub: test/end-to-end/bridges.test.ts tells devices so',
    },
  },
}
