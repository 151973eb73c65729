import Link from 'next/link'

/** Where a sign-in comes back to; the provider goes on from here. Whoever opens it by hand needs a way out. */
export default function Page() {
  return <Link href="/">Go on</Link>
}
