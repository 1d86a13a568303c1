import { runningUser } from '../../shared/running-user.ts'

/** How the account that runs this may come to the pins: the group that Raspberry Pi OS gives their files to. */
export function joinGpioGroup(): string {
  return `Add its account to the group: sudo usermod -aG gpio ${runningUser()}, then start the agent again.`
}
