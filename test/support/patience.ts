/** For `vi.waitFor` and its like, whose own limit of a second would measure the machine. */
export const patience: { readonly timeout: number; readonly interval: number } = {
  timeout: 60_000,
  interval: 1,
}
