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
