/**
 * Runs `task` in a page, given a way to evaluate there an expression that comes to a promise of
 * text or of nothing.
 */
export async function runInPage<Argument, Result>(
  evaluate: (expression: string) => Promise<unknown>,
  task: (argument: Argument) => Result | Promise<Result>,
  argument: Argument,
): Promise<Result> {
  const given = JSON.stringify(argument) as string | undefined
  // Some compilers wrap named functions in a call of a helper, which the page does not have.
  const json = await evaluate(
    `(async (__name, argument) => JSON.stringify(await (${String(task)})(argument)))(
      (named) => named,
      ${given ?? 'undefined'},
    )`,
  )
  return (typeof json === 'string' ? JSON.parse(json) : undefined) as Result
}
