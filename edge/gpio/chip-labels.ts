import { LaresError } from '../../shared/errors.ts'

/** What the kernel calls the chip with the pins of the header: Pi 5, Pi 4, everything before. */
export const HEADER_CHIPS = ['pinctrl-rp1', 'pinctrl-bcm2711', 'pinctrl-bcm2835'] as const

/** The first chip whose label is wanted; a label from the configuration is wanted alone. */
export function chooseChip<T extends { label: string }>(chips: readonly T[], label: string | undefined): T | null {
  for (const wanted of label === undefined ? HEADER_CHIPS : [label]) {
    const chip = chips.find((one) => one.label === wanted)
    if (chip) return chip
  }
  return null
}

/** No chip is the header's, or the wanted one: what there is, each as the line that a person may write. */
export function noChip(labels: readonly string[], wanted: string | undefined, where: string): LaresError {
  const what = wanted === undefined ? 'no GPIO chip of a Raspberry Pi' : `no GPIO chip with the label ${wanted}`
  const lines = labels.map((label) => `chip = ${JSON.stringify(label)}`).join(', or ')
  const hint =
    labels.length === 0
      ? 'This machine shows no pins at all: remove talk_button, mute_switch, buttons and status_led from [gpio], and relays from [outputs].'
      : `Write below [gpio] which has your pins: ${lines}.`
  return new LaresError('device_missing', `${what} ${where}`, { hint })
}
