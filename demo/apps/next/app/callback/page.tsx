/** Where a sign-in comes back to; the layout finishes it and goes on to where the user wanted to go. */
export default function Page() {
  return null
}
