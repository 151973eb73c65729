import { httpResource } from '@angular/common/http'
import { Component } from '@angular/core'
import { injectAuth } from 'tokenring/angular'
import { apiUrl } from './config'

interface Order {
  id: number
  item: string
}

@Component({
  selector: 'app-orders',
  template: `
    @if (orders.error(); as error) {
      <p role="alert">{{ error.message }}</p>
    }
    <ul>
      @for (order of orders.value()?.orders; track order.id) {
        <li>{{ order.item }}</li>
      }
    </ul>
    <button (click)="orders.reload()">Load again</button>
    <button (click)="auth.signOut()">Sign out</button>
  `,
})
export class Orders {
  protected readonly auth = injectAuth()
  protected readonly orders = httpResource<{ orders: Order[] }>(() => `${apiUrl}/orders`)
}
