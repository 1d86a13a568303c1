import { howToJoinGroup } from '../../shared/join-group.ts'

/** How the account that runs this may come to the pins: the group that Raspberry Pi OS gives their files to. */
export function joinGpioGroup(): string {
  return howToJoinGroup('gpio')
}
