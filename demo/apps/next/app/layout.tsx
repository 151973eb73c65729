import type { ReactNode } from 'react'
import { Session } from './session'

export const metadata = { title: 'Orders', icons: 'data:,' }

/** A server component: what it renders itself knows no session. */
export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <h1>Orders</h1>
        <Session>{children}</Session>
      </body>
    </html>
  )
}
