import { useQuery } from '@tanstack/react-query'
import { useAuthFetch } from 'tokenring/react'
import { apiUrl } from './config.ts'

interface Order {
  id: number
  item: string
}

export function Orders() {
  const authFetch = useAuthFetch()
  const { data, error, refetch } = useQuery({
    queryKey: ['orders'],
    queryFn: async ({ signal }) => {
      const response = await authFetch(`${apiUrl}/orders`, { signal })
      if (!response.ok) throw new Error(`The API answered ${response.status}.`)
      return ((await response.json()) as { orders: Order[] }).orders
    },
  })
  return (
    <>
      {error && <p role="alert">{error.message}</p>}
      <ul>
        {data?.map(({ id, item }) => (
          <li key={id}>{item}</li>
        ))}
      </ul>
      <button onClick={() => void refetch()}>Load again</button>
    </>
  )
}
