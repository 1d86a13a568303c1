/** What we use of the package, which ships no types: libfvad compiled to WebAssembly, called by pointers. */
declare module '@echogarden/fvad-wasm' {
  export interface FvadModule {
    HEAP16: Int16Array
    _malloc(bytes: number): number
    _free(pointer: number): void
    /** A detector's pointer, 0 when there is no memory. */
    _fvad_new(): number
    _fvad_free(detector: number): void
    _fvad_reset(detector: number): void
    /** 0 to 3, the higher the less it calls speech. -1 when refused. */
    _fvad_set_mode(detector: number, mode: number): number
    _fvad_set_sample_rate(detector: number, rate: number): number
    /** 1 speech, 0 none, -1 when the count of samples is not 10, 20 or 30 ms. */
    _fvad_process(detector: number, samples: number, count: number): number
  }
  const load: () => Promise<FvadModule>
  // biome-ignore lint/style/noDefaultExport: this is how the package exports it
  export default load
}
