import Link from 'next/link'

/** A server component. */
export default function Page() {
  return <Link href="/orders">Orders</Link>
}
