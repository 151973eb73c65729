'use client'
import { useEffect, useState } from 'react'
import { useAuth } from 'tokenring/react'
import { apiUrl } from '../../lib/config'

interface Order {
  id: number
  item: string
}

export default function Page() {
  const auth = useAuth()
  const [orders, setOrders] = useState<Order[]>([])
  const [round, setRound] = useState(0)

  useEffect(() => {
    const caller = new AbortController()
    const load = async () => {
      const response = await auth.fetch(`${apiUrl}/orders`, caller)
      if (response.ok) setOrders(((await response.json()) as { orders: Order[] }).orders)
    }
    load().catch(() => setOrders([]))
    return () => caller.abort()
  }, [auth, round])

  return (
    <>
      <ul>
        {orders.map(({ id, item }) => (
          <li key={id}>{item}</li>
        ))}
      </ul>
      <button onClick={() => setRound(round + 1)}>Load again</button>
      <button onClick={() => void auth.signOut()}>Sign out</button>
    </>
  )
}
