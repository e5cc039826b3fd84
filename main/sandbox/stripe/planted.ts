/** What the sandbox does wrong on purpose on its test clocks, so that a comparison can be shown to notice. */
export type PlantedDifference =
  /** The event is answered with 200 and never counted. */
  | { readonly kind: 'event_dropped'; readonly identifier: RegExp }
  /** Lines lose what is beyond a whole minor unit in place of being rounded. */
  | { readonly kind: 'line_rounded_down' }
  /** Invoices of a customer stay drafts for ever; of all customers where none is named. */
  | { readonly kind: 'finalization_skipped'; readonly customer?: string };
