import { defineStore } from 'pinia'
import { useAuthFetch, useSession } from 'tokenring/vue'
import { ref, watch } from 'vue'
import { apiUrl } from './config.ts'

export interface Order {
  id: number
  item: string
}

export const useOrders = defineStore('orders', () => {
  const authFetch = useAuthFetch()
  const user = useSession((state) => (state.status === 'signed-in' ? state.sub : undefined))
  const orders = ref<Order[]>([])

  async function load() {
    const mine = user.value
    const response = await authFetch(`${apiUrl}/orders`)
    if (!response.ok) throw new Error(`The API answered ${response.status}.`)
    const { orders: all } = (await response.json()) as { orders: Order[] }
    // What was sent for the one user is answered when the next is there, too.
    if (mine === user.value) orders.value = all
  }

  // A store outlives the page of a user: what was one's must not be shown to the next.
  watch(user, () => (orders.value = []), { flush: 'sync' })
  return { orders, load }
})
