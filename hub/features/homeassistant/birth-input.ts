declare module '../../engine/input.ts' {
  interface InputKinds {
    /** Home Assistant said at the hub's own broker that it is there. */
    homeassistant_birth: object
  }
}
