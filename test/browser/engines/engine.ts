export const engineNames = ['chromium', 'firefox', 'webkit'] as const

export type EngineName = (typeof engineNames)[number]

/** A running browser with one profile in use. */
export interface Engine {
  readonly name: EngineName
  /** A new tab of the profile in use, at this address (loaded). */
  newPage(url: string): Promise<EnginePage>
  /** Closes all tabs; the next one has a fresh profile. */
  newProfile(): Promise<void>
  close(): Promise<void>
}

export interface EnginePage {
  goto(url: string): Promise<void>
  reload(): Promise<void>
  /** Goes back to the page before, which may come out of the back/forward cache. */
  goBack(): Promise<void>
  /**
   * Runs `task` in the page with a JSON argument and gives its JSON result. Of what is around it in
   * the file, `task` sees nothing. Rejects if the page goes away meanwhile.
   */
  evaluate<Argument, Result>(
    task: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>
  /** Cuts the page off from the network, or connects it again; absent where the driver cannot. */
  setOffline?(isOffline: boolean): Promise<void>
  /** All tabs and windows of its profile; absent where the driver has no click that opens one. */
  windows?(): Promise<readonly EnginePage[]>
  /** What is to be seen, as PNG, after the page has been given this size. */
  screenshot(size: { readonly width: number; readonly height: number }): Promise<Uint8Array>
  close(): Promise<void>
}
