/** What is known of an integration of Home Assistant, in its words. */
export interface Integration {
  /** Its domain there. */
  integration_name: string
  display_name: string
  /** What brands and kinds of device are called that it is for. */
  brand_keywords: readonly string[]
  /** What its devices are, the most usual first. */
  device_classes: readonly string[]
  /** How a device is reached: `wifi`, `ethernet`, `zigbee`, `zwave`, `bluetooth`, `cloud`, `mqtt`, `radio`. */
  connection_method: string
  /** Whether its devices are reached through a box of their maker. */
  requires_hub: boolean
  /** What lets in. None: nothing has to. */
  auth_methods: readonly string[]
  /** How its devices are found in a network. */
  discovery_methods: readonly string[]
}

/** How an integration is written down: its names, brands behind the first blank apart from its display name, its classes. */
type Described = readonly [
  name: string,
  display: string,
  brands: string,
  classes: string,
  how: string,
  auth?: string,
  discovery?: string,
]

/** Integrations of which each is one line; lists are separated by `, `. `hub` behind how a device is reached: through a box. */
export function integrations(all: readonly Described[]): Integration[] {
  return all.map(([name, display, brands, classes, how, auth = '', discovery = '']) => ({
    ...{ integration_name: name, display_name: display, brand_keywords: listOf(brands) },
    ...{
      device_classes: listOf(classes),
      connection_method: how.replace(/ hub$/, ''),
      requires_hub: / hub$/.test(how),
    },
    ...{ auth_methods: listOf(auth), discovery_methods: listOf(discovery) },
  }))
}

function listOf(text: string): string[] {
  return text === '' ? [] : text.split(', ')
}
